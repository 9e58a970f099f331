-- What its network took back is not brought in again.
insert into raw by name
select
    touch_id,
    brand,
    payload
from incoming
where not exists (select 1 from removal where id_hash = sha256((select salt from salt) || touch_id))
qualify row_number() over (partition by touch_id, brand order by number) = 1
on conflict do nothing
