select *
from incoming
qualify row_number() over (partition by touch_id, brand order by number) = 1
