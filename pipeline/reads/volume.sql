select period, positive, neutral, negative
from volume
where brand = $brand and grain = $grain and period >= date_trunc($grain, $start) and period < $until
order by period
