select direction, period, judged, in_time_share, low, high, unanswered_share, median_hours, closed_loops
from response
where brand = $brand and grain = $grain
order by direction, period
