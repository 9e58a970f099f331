select *
from entry
where brand = $brand and account_id = $account_id and written_at > $moment
order by written_at
