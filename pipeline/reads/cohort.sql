select t, at_risk, reached, low, high, reached_competing
from cohort
where brand = $brand and outcome = $outcome and cohort = 'all' and reached is not null
order by t
