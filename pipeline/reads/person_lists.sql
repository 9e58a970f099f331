select list, since, thread
from work_list
where brand = $brand and person_id = $person
order by list
