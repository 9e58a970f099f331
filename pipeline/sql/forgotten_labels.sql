-- The ids of labelled messages that went with somebody who was forgotten under this salt, of whom the hashes come in.
select distinct touch_id
from label
where sha256($salt || 'message ' || touch_id) in (select hash from incoming)
