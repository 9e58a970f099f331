select distinct m.text
from mention m
join score s on s.touch_id = m.touch_id and s.brand = m.brand and s.model = $scored_by and s.positive is not null
anti join cluster_of c on c.touch_id = m.touch_id and c.brand = m.brand and c.model = $model
where m.brand = $brand
order by m.text
limit $many
