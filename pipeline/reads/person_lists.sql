select list, since, touches, thread
from work_list
where brand = $brand and person_id = $person
order by list
