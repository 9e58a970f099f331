select *
from promise_now
where brand = $brand and (len($accounts) = 0 or list_contains($accounts, account_id))
order by kept, due, promise_id
