select * exclude (brand, person_id)
from person_merge
where brand = $brand and person_id = $person
order by written_at, account_id
