select reject_id, payload, day_first
from reject
where file = $file and broken is not true and reject_id > $after
order by reject_id
limit $many
