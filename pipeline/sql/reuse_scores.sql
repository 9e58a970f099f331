-- New mentions of a text that the model has read before, toward the same brand, take over its score.
insert into score by name
select
    m.touch_id,
    m.brand,
    $model as model,
    any_value(s.negative) as negative,
    any_value(s.neutral) as neutral,
    any_value(s.positive) as positive,
    any_value(s.doubtful) as doubtful,
    any_value(s.rule) as rule,
    any_value(s.language) as language,
    $now as scored_at
from mention m
join mention twin using (brand, text)
join score s on s.touch_id = twin.touch_id and s.brand = twin.brand and s.model = $model
anti join score own on own.touch_id = m.touch_id and own.brand = m.brand and own.model = $model
group by m.touch_id, m.brand
on conflict do nothing
