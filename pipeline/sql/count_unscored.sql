select count(distinct (m.brand, m.text))
from mention m
where not exists (
    select 1
    from score s
    where s.touch_id = m.touch_id and s.brand = m.brand and s.model = $model
)
