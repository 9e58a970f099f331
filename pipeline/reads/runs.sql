select *
from run
order by started_at desc
limit $many
