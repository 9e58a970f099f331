-- The days on which a person turned to the brand, and their silence since: what `finish` takes the chances from.
-- Conversations come in bursts, so that a day counts once. Notes are ours, nothing passed between us.
with day as (
    select distinct l.brand, l.person_id, l.happened_at::date as day
    from derived.ledger l
    join derived.role r using (account_id)
    where l.direction = 'in' and l.kind <> 'note' and r.role in ('person', 'organisation')
)

select
    d.brand,
    d.person_id,
    count(*) as days_in,
    count(distinct date_trunc('month', d.day)) as active_months,
    min(d.day) as first_day,
    max(d.day) as last_day,
    (max(d.day) - min(d.day)) / nullif(count(*) - 1, 0) as mean_gap_days,
    any_value((s.as_of - interval 1 microsecond)::date) - max(d.day) as silence_days,
    any_value(s.fewest_people) as fewest_people
from day d
cross join derived.setting s
group by d.brand, d.person_id
order by d.brand, d.person_id
