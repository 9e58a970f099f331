select touch_id
from touch
where source = $source and brand = $brand and direction = 'out' and public and text <> '' and happened_at >= $since
order by happened_at desc, touch_id desc
