select * exclude (brand, person_id, alone_id)
from person_account
where brand = $brand and person_id = $person
order by main desc, account_id
