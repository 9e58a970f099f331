-- Who needs somebody's attention, list by list, each with the numbers that put them there (docs/metrics.md has the rules).
-- In a call or a meeting they spoke, too, whoever began it: that day nobody has been pushed.
-- Proposals named only here: 3 touches over 14 days; silence of 3 own gaps and 30 days; a year without an offline touch.
with touch as (
    select
        t.*,
        max(
            case
                when t.direction = 'in' then t.happened_at
                when t.stated or t.kind in ('call', 'meeting') then date_trunc('day', t.happened_at) + interval 1 day
            end
        ) over (partition by t.brand, t.person_id) as last_in
    from derived.ledger t
    join derived.role r using (account_id)
    where t.person_id is not null and r.role in ('person', 'organisation') and t.kind <> 'note'
),

-- What settles every question before it: a touch or an answer of ours, also elsewhere, or a call or a meeting, whoever began it. Of
-- what was typed in only the day is known: it settles that day.
spoken as (
    select
        brand,
        person_id,
        if(offline, date_trunc('day', happened_at) + interval 1 day, happened_at) as until
    from touch
    where direction = 'out' or offline
    union all
    select brand, person_id, answered_at
    from derived.answer
    where direction = 'ours'
),

settled as (
    select brand, person_id, max(until) as until
    from spoken
    group by all
),

-- Their last question of those that are open, in any thread.
owed as (
    select 'owe an answer' as list, w.brand, w.person_id, w.asked_at as since, w.thread
    from derived.answer w
    cross join derived.setting s
    left join settled o using (brand, person_id)
    where
        w.direction = 'ours'
        and w.asks
        and w.answered_at is null
        and w.last_at >= s.as_of - to_days(s.window_days)
        and coalesce(o.until <= w.last_at, true)
    qualify row_number() over (partition by w.brand, w.person_id order by w.last_at desc, w.thread desc) = 1
),

pushed as (
    select
        'stop pushing' as list,
        brand,
        person_id,
        min(happened_at) as since,
        count(*) as touches,
        arg_max(thread, (happened_at, touch_id)) as thread
    from touch
    where direction = 'out' and coalesce(happened_at > last_in, true)
    group by brand, person_id
    having
        count(*) >= 3
        and max(happened_at) - min(happened_at) >= interval 14 days
        and max(happened_at) >= (select as_of - to_days(window_days) from derived.setting)
),

-- A month begins before the touch with which it began.
begun as (
    select brand, person_id, min(happened_at) as first_touch
    from touch
    group by all
),

-- Since the month after the last one in which they were not.
strained as (
    select
        'strained' as list,
        n.brand,
        n.person_id,
        greatest(
            coalesce(max(m.month) filter (where not m.strained) + interval 1 month, min(m.month)::timestamp),
            any_value(b.first_touch)
        ) as since,
        any_value(n.mentions) as touches
    from derived.stage n
    join derived.stage_month m using (brand, person_id)
    join begun b using (brand, person_id)
    where n.strained
    group by n.brand, n.person_id
),

better_times as (
    select
        m.brand,
        m.person_id,
        case max(list_position(['engaged', 'reciprocal', 'advocate'], m.stage))
            when 3 then 'advocate' when 2 then 'reciprocal' else 'engaged'
        end as stage
    from derived.stage_month m
    cross join derived.setting s
    where
        m.stage in ('engaged', 'reciprocal', 'advocate')
        and m.month >= date_trunc('month', s.as_of - interval 1 microsecond) - interval 6 months
    group by m.brand, m.person_id
),

quiet as (
    select
        'gone quiet' as list,
        n.brand,
        n.person_id,
        s.as_of - to_microseconds(round(least(n.silence_days, n.offline_days) * 86400e6)::bigint) as since,
        b.stage as was
    from derived.stage n
    join better_times b using (brand, person_id)
    cross join derived.setting s
    where
        least(n.silence_days, n.offline_days) > greatest(30, 3 * n.mean_gap_days)
        and n.mean_gap_days is not null
),

-- Whoever began a thread: its first touch.
opened as (
    select
        brand,
        thread,
        arg_min(
            {person_id: person_id, bad: counts and label = 'negative' and not coalesce(doubtful, false)},
            (happened_at, direction, touch_id)  -- at one moment what they said comes before what we said
        ) as first
    from derived.ledger
    group by brand, thread
),

spoke_up as (
    select
        'defenders' as list,
        t.brand,
        t.person_id,
        min(t.happened_at) as since,
        count(*) as touches,
        arg_max(t.thread, (t.happened_at, t.touch_id)) as thread
    from touch t
    cross join derived.setting s
    join opened o using (brand, thread)
    left join derived.stage n using (brand, person_id)
    where
        t.counts
        and t.public
        and t.label = 'positive'
        and not coalesce(t.doubtful, false)
        and t.happened_at >= s.as_of - to_days(s.window_days)
        and ((o.first.bad and o.first.person_id <> t.person_id) or (n.stage = 'advocate' and t.unprompted))
    group by t.brand, t.person_id
),

ready as (
    select
        'ready to take offline' as list,
        brand,
        person_id,
        greatest(since::timestamp, first_touch) as since,
        loops as touches
    from derived.stage
    join begun using (brand, person_id)
    where stage in ('reciprocal', 'advocate') and warm and coalesce(offline_days > 365, true)
),

every as (
    from owed
    union all by name
    from pushed
    union all by name
    from strained
    union all by name
    from quiet
    union all by name
    from spoke_up
    union all by name
    from ready
)

select
    e.brand,
    e.list,
    e.person_id,
    e.since,
    epoch(s.as_of - e.since) / 86400 as days,
    e.touches,
    e.was,
    e.thread,
    n.stage,
    n.silence_days,
    n.mean_gap_days,
    n.offline_days,
    n.warmth,
    n.warmth_low,
    n.warmth_high
from every e
cross join derived.setting s
left join derived.stage n using (brand, person_id)
