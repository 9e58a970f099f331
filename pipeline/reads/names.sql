select person_id, name
from person
where brand = $brand and list_contains($people, person_id)
