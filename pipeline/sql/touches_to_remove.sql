select touch_id, account_id, md5(text) as digest
from touch
where touch_id in (select touch_id from incoming) and $brand in ('', brand)
