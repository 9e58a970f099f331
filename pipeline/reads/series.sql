select period, weighting, estimate, low, high, people, mentions, n_eff
from brand_index
where brand = $brand and grain = $grain and period >= $start and period < $until
order by weighting, period
