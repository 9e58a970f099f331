select week, before, after, change, low, high, people
from turning
where brand = $brand and week >= $start and week < $until
order by week desc
