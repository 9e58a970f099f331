-- Who somebody is now whose link is from a time when their accounts were not merged yet, or of their relationship with another brand.
select person_id
from person_account
where
    brand = $brand
    and (alone_id = $person or account_id in (select account_id from person_account where person_id = $person))
order by alone_id = $person desc, person_id
limit 1
