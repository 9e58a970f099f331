select target, mentions, people, difference, low, high, few
from beside
where brand = $brand
order by people desc, target
