-- Quarters whose people come to an outcome otherwise than those of the quarter before.
select *
from log_rank
where brand = $brand and outcome = $outcome and q < 0.1
order by all
