select day, greatest(-1, least(1, feeling)) as feeling, low, high, mentions
from feeling_path
where brand = $brand and person_id = $person
order by day
