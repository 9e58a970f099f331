select *
from merge_now
order by written_at, row_id
