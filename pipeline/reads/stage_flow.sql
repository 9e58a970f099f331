select month, people, moved_up, held, moved_down, new
from stage_flow
where brand = $brand and complete and month >= date_trunc('month', $start::timestamp) and month < $until
order by month
