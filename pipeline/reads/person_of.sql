-- Who somebody is now whose link is from a time when their accounts were not merged yet.
select person_id
from person_account
where brand = $brand and alone_id = $person
