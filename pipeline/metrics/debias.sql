-- What `finish` estimates the model's errors from: mentions with a label that were drawn at random, of any time, and what the
-- shipped card says where there are too few; and all that was scored as of now, which the correction is for. Of people alone: what
-- staff, bots and other companies' accounts write counts nowhere, and there may be much of it.
with scored as (
    select t.brand, t.source, t.touch_id, t.happened_at, s.negative, s.neutral, s.positive
    from mention t
    anti join derived.own using (touch_id, brand)
    join derived.role r using (account_id)
    join score s using (touch_id, brand)
    where
        r.role in ('person', 'organisation')
        and s.model = (select model from derived.setting)
        and s.positive is not null
        and not (s.rule is not null and greatest(s.negative, s.neutral, s.positive) = 1)
)

select 'label' as what, s.brand, s.source, l.label, 1 as many, s.negative, s.neutral, s.positive, null::double as shift, null::double as shift_raw
from scored s
join derived.label l using (brand, touch_id)
where l.drawn
union all
select 'all', brand, source, null, count(*), avg(negative), avg(neutral), avg(positive), null, null
from scored
where happened_at < (select as_of from derived.setting)
group by brand, source
union all
select 'card', null, null, label, many, negative, neutral, positive, shift, shift_raw
from derived.card
order by all
