-- The ids of an account's messages, and as the published file tells them.
select distinct touch_id, left(sha256((select salt from salt) || touch_id), 16) as told
from theirs
