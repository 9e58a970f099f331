select source, sum(requests)::bigint as requests, sum(records)::bigint as records, sum(cost) as cost, max(fetched_at) as fetched_at
from fetched
where month = $month::date
group by source
order by source
