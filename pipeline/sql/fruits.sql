select *
from fruit_now
where brand = $brand and (len($accounts) = 0 or list_contains($accounts, account_id))
order by happened_at desc, fruit_id
