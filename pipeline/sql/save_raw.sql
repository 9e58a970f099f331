insert into raw by name
select
    touch_id,
    brand,
    payload
from incoming
qualify row_number() over (partition by touch_id, brand order by number) = 1
on conflict do nothing
