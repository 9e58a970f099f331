select month, people, fruit, fruit_per_100, low, high, given, received
from fruit_rate
where brand = $brand and kind = 'all' and people >= $fewest
order by month
