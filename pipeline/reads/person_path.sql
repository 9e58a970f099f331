select day, feeling, low, high, mentions
from feeling_path
where brand = $brand and person_id = $person
order by day
