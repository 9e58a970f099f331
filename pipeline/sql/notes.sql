select *
from note_now
where brand = $brand and (len($accounts) = 0 or list_contains($accounts, account_id))
order by written_at desc, note_id
