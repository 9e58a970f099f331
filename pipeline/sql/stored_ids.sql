select touch_id
from touch
where source = $source
group by touch_id
order by min(stored_at), touch_id
