-- What its network took back is not brought in again.
select i.*
from incoming i
where not exists (select 1 from removal where id_hash = sha256((select salt from salt) || i.touch_id))
