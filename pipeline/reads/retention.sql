-- Of everybody who first spoke: the share that spoke again in the m-th 30 days after it.
select month, people, active, retained, low, high
from retention
where brand = $brand and cohort = 'all' and retained is not null
order by month
