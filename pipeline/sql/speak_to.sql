update touch
set addressed = true
from (select unnest($touches) as touch_id) s
where touch.touch_id = s.touch_id and touch.brand = $brand
