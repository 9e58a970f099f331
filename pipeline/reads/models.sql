select *
from model
order by last desc
