select *
from gap
order by since desc
