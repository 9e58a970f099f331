select list, since
from work_list
where brand = $brand and person_id = $person
order by list
