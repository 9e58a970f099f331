select *
from removal
order by month desc, source, reason
