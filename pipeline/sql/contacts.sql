select *
from contact_now
order by lower(name), account_id
