-- Ids that are no mention of the brand.
select i.touch_id
from incoming i
left join mention m using (touch_id, brand)
where m.touch_id is null
order by i.touch_id
