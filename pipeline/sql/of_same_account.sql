-- What comes in, but for what is stored as somebody else's.
select i.*
from incoming i
where not exists (
    select 1
    from touch t
    where t.touch_id = i.touch_id and t.brand = i.brand and t.account_id is distinct from i.account_id
)
