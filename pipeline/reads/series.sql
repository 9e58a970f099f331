select period, weighting, estimate, low, high, people, mentions
from brand_index
where brand = $brand and grain = $grain and period >= date_trunc($grain, $start) and period < $until
order by weighting, period
