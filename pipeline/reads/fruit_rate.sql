select month, people, fruit, fruit_per_100, low, high, given, received
from fruit_rate
where brand = $brand and kind = 'all' and people >= $fewest and fruit_per_100 is not null
order by month
