-- Words that a model has a feeling of, by the brand that they are said to.
select m.brand, list(distinct m.text order by m.text) as texts
from mention m
join score s using (touch_id, brand)
where s.model = $model and s.positive is not null
group by m.brand
order by m.brand
