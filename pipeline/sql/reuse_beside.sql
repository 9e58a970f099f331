-- New mentions of a text that the model has read before take over what it feels toward the other brands that it names.
insert into score_beside by name
select
    m.touch_id,
    m.brand,
    s.target,
    $model as model,
    any_value(s.negative) as negative,
    any_value(s.neutral) as neutral,
    any_value(s.positive) as positive,
    any_value(s.doubtful) as doubtful,
    any_value(s.rule) as rule,
    $now as scored_at
from score_beside s
join mention twin using (touch_id, brand)
join mention m on m.brand = twin.brand and m.text = twin.text
where s.model = $model
group by m.touch_id, m.brand, s.target
on conflict do nothing
