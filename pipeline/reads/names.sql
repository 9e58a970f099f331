select person_id, name, source
from person
where brand = $brand and list_contains($people, person_id)
