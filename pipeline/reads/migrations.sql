select *
from migration
order by number
