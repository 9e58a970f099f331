-- Complaints, and what came of them: a person's first negative mention after 30 days without one, whether and when we answered it
-- there within 60 days, and what they said in the 60 days from the answer (unanswered: from the complaint). What somebody told us
-- in a call is no complaint that waits: we were there. recorded: of its source something of ours is collected, too.
with side as (
    select distinct brand, source
    from derived.ledger
    where direction = 'out' and kind in ('mention', 'reply', 'quote', 'message')
),

mention as (
    select
        l.brand,
        l.person_id,
        l.touch_id,
        l.thread,
        l.happened_at,
        l.value,
        l.label = 'negative' and not l.stated and not coalesce(l.doubtful, false) as bad,
        s.source is not null as recorded
    from derived.ledger l
    left join side s on s.brand = l.brand and s.source = l.source
    where l.counts
),

complaint as (
    select *
    from mention
    where bad
    qualify coalesce(
        happened_at - lag(happened_at) over (partition by brand, person_id order by happened_at, touch_id) >= interval 30 days,
        true
    )
),

-- The run of messages that the complaint is part of.
arc as (
    select
        c.*,
        min(a.answered_at) filter (where a.answered_at < c.happened_at + interval 60 days) as answered_at
    from complaint c
    left join derived.answer a
        on
            a.brand = c.brand
            and a.person_id = c.person_id
            and a.thread = c.thread
            and a.direction = 'ours'
            and c.happened_at between a.asked_at and a.last_at
    group by all
),

later as (
    select
        a.brand,
        a.touch_id,
        count(*) as mentions_after,
        avg(m.value) as value_after
    from arc a
    join mention m
        on
            m.brand = a.brand
            and m.person_id = a.person_id
            and m.happened_at > coalesce(a.answered_at, a.happened_at)
            and m.happened_at <= coalesce(a.answered_at, a.happened_at) + interval 60 days
    group by a.brand, a.touch_id
)

select
    a.brand,
    a.person_id,
    a.touch_id,
    a.thread,
    a.happened_at as complained_at,
    a.value,
    a.recorded,
    a.answered_at,
    epoch(a.answered_at - a.happened_at) / 3600 as hours,
    coalesce(l.mentions_after, 0) as mentions_after,
    l.value_after,
    case
        when coalesce(a.answered_at, a.happened_at) + interval 60 days > s.as_of then 'too early'
        when l.value_after is null then 'silent'
        when l.value_after > a.value + s.noticeable and l.value_after >= 0 then 'better'
        else 'same'
    end as outcome
from arc a
cross join derived.setting s
left join later l using (brand, touch_id)
