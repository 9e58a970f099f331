select *
from touch
where brand = $brand and person_id = $person
order by happened_at desc, touch_id desc
