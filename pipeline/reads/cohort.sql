select cohort, t, at_risk, reached, low, high, reached_competing
from cohort
where brand = $brand and outcome = $outcome and reached is not null
order by cohort, t
