-- Rows whose id another message has: a file with a numbering of its own, that looks like one of another source.
select i.number
from incoming i
join touch t using (touch_id, brand)
where t.text <> i.text or t.happened_at <> i.happened_at
