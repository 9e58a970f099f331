-- And what turned out to be the brand's word to them, since its handle became known later.
insert into theirs
select touch_id, md5(text)
from touch
where touch_id in (select touch_id from derived.own where asked = $account)
