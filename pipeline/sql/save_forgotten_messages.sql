insert into forgotten_message
select distinct sha256((select salt from salt) || 'message ' || unnest([touch_id, left(sha256((select salt from salt) || touch_id), 16)]))
from theirs
on conflict do nothing
