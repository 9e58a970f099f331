select *
from share_of_voice
where month >= date_trunc('month', $start::timestamp) and month < $until
order by all
