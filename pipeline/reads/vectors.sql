select model, touch_id, vector
from vector
where brand = $brand
order by rowid
limit $many
