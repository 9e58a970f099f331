select answered, outcome, n, complaints, people, share, low, high
from repair_rate
where brand = $brand and people >= $fewest
order by answered, outcome
