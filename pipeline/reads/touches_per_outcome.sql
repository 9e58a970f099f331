select outcome, touch, people, outcomes, reached, low, high, all_touches, all_outcomes, touches_per_outcome, touches_low, touches_high
from touches_per_outcome
where brand = $brand
order by outcome, touch
