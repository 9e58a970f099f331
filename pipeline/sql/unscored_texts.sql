-- Words of people that the model has not read yet, each text once for each brand that it is said to.
select distinct m.brand, m.text
from mention m
where not exists (
    select 1
    from score s
    where s.touch_id = m.touch_id and s.brand = m.brand and s.model = $model
)
order by m.brand, m.text
limit $many
