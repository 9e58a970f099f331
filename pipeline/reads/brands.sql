select brand, name, coalesce(own, false) as own, touches, first_touch, last_touch, last_collected
from brand
where touches > 0
order by own desc, touches desc
