select distinct m.brand, m.text
from mention m
join score s on s.touch_id = m.touch_id and s.brand = m.brand and s.model = $scored_by and s.positive is not null
anti join text_vector v on v.brand = m.brand and v.digest = md5(m.text) and v.model = $model
order by m.brand, m.text
limit $many
