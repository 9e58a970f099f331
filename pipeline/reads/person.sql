select *
from person
where brand = $brand and person_id = $person
