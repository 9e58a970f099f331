insert into raw by name
select
    touch_id,
    brand,
    payload
from incoming
