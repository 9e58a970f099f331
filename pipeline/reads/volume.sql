select period, touches_in, touches_out, people, positive, neutral, negative
from volume
where brand = $brand and grain = $grain and period >= $start and period < $until
order by period
