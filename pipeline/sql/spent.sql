select coalesce(sum(cost), 0)
from fetched
where source = $source and date_trunc('month', fetched_at) = date_trunc('month', $moment::timestamp)
