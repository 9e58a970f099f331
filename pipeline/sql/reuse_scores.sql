-- New mentions of a text that the model has read before take over its score.
insert into score by name
select
    m.touch_id,
    m.brand,
    $model as model,
    any_value(s.negative) as negative,
    any_value(s.neutral) as neutral,
    any_value(s.positive) as positive,
    $now as scored_at
from mention m
join mention twin using (text)
join score s on s.touch_id = twin.touch_id and s.brand = twin.brand and s.model = $model
anti join score own on own.touch_id = m.touch_id and own.brand = m.brand and own.model = $model
group by m.touch_id, m.brand
on conflict do nothing
