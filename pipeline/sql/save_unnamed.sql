update raw
set payload = i.payload
from incoming i
where raw.touch_id = i.touch_id and raw.brand = i.brand
