-- The stage of every relationship at every month end since its first touch, and at as_of for the running month.
-- A row knows what happened before the end of its month, or as_of, and nothing later. Windows are `window_days` or twice that. Proposals
-- named only here: silence of 3 own gaps, value > 0.5 for a positive mention, 1.2816 sd = 90 % sure, fruit of 365 days. A note is no touch.
-- Months are counted as year * 12 + month - 1, people numbered: numbers join faster than texts.
with now as (
    select *, year(as_of - interval 1 microsecond) * 12 + month(as_of - interval 1 microsecond) - 1 as last_m
    from derived.setting
),

person as materialized (
    select
        t.brand,
        t.person_id,
        min(t.happened_at) as first_touch,
        row_number() over (order by t.brand, t.person_id)::integer as id
    from derived.ledger t
    join derived.role r using (account_id)
    where t.person_id is not null and r.role in ('person', 'organisation') and t.kind <> 'note'
    group by t.brand, t.person_id
),

-- seen_to, seen_long: the last month whose window at its end (the running month: at as_of) still holds the touch.
-- decayed: what it weighs, in units of the person's first touch, which no later touch changes.
touch as materialized (
    select
        p.id,
        p.first_touch,
        (year(t.happened_at) * 12 + month(t.happened_at) - 1)::integer as m,
        case
            when t.happened_at + to_days(n.window_days) >= n.as_of then n.last_m
            else year(t.happened_at + to_days(n.window_days)) * 12 + month(t.happened_at + to_days(n.window_days)) - 2
        end::integer as seen_to,
        case
            when t.happened_at + to_days(2 * n.window_days) >= n.as_of then n.last_m
            else year(t.happened_at + to_days(2 * n.window_days)) * 12 + month(t.happened_at + to_days(2 * n.window_days)) - 2
        end::integer as seen_long,
        t.happened_at,
        t.thread,
        t.direction = 'in' as inbound,
        t.kind not in ('like', 'repost') as spoken,
        t.offline,
        t.unprompted,
        t.unprompted and t.public and t.counts and t.value > 0.5 as praise,
        pow(2, epoch(t.happened_at - p.first_touch) / 86400 / n.half_life_days) as decayed
    from derived.ledger t
    join derived.role r using (account_id)
    join person p using (brand, person_id)
    cross join now n
    where r.role in ('person', 'organisation') and t.kind <> 'note'
),

day as materialized (
    select
        id,
        m,
        any_value(first_touch) as first_touch,
        count(*) filter (where inbound) as inbound,
        min(happened_at) filter (where inbound) as first_in,
        max(happened_at) filter (where inbound) as last_in,
        max(seen_to) filter (where inbound) as seen_to,
        max(happened_at) filter (where offline) as last_offline,
        coalesce(sum(decayed) filter (where inbound), 0) as they_gave,
        coalesce(sum(decayed) filter (where not inbound), 0) as we_gave
    from touch
    group by id, m, happened_at::date
),

-- What stays true once it has happened: sums over all months so far, on the months with a touch; each holds until the next.
month_sum as (
    select
        id,
        m,
        any_value(first_touch) as first_touch,
        sum(inbound)::integer as inbound,
        count(*) filter (where inbound > 0)::integer as days,
        min(first_in) as first_in,
        max(last_in) as last_in,
        max(last_offline) as last_offline,
        sum(they_gave) as they_gave,
        sum(we_gave) as we_gave
    from day
    group by all
),

so_far as (
    select
        id,
        m,
        first_touch,
        lead(m) over w as next_m,
        sum(inbound) over w as inbound,
        sum(days) over w as days,
        min(first_in) over w as first_in,
        max(last_in) over w as last_in,
        max(last_offline) over w as last_offline,
        sum(they_gave) over w as they_gave,
        sum(we_gave) over w as we_gave
    from month_sum
    window w as (partition by id order by m)
),

every_month as (
    select * exclude (m, next_m), unnest(range(m, coalesce(next_m, (select last_m + 1 from now))))::integer as m
    from so_far
),

lasting as (
    select
        e.id,
        e.m,
        least(make_date((e.m + 1) // 12, (e.m + 1) % 12 + 1, 1)::timestamp, n.as_of) as until,
        pow(2, -epoch(until - e.first_touch) / 86400 / n.half_life_days) as faded,
        e.inbound::integer as inbound,
        (e.they_gave * faded + 1) / ((e.they_gave + e.we_gave) * faded + 2) as share_theirs,
        epoch(until - e.last_in) / 86400 as silence_days,
        case when e.days > 1 then epoch(e.last_in - e.first_in) / 86400 / (e.days - 1) end as mean_gap_days,
        epoch(until - e.last_offline) / 86400 as offline_days
    from every_month e
    cross join now n
),

-- What is true of a window only, in the few months that still see it.
seen as (
    select id, thread, inbound, spoken, unprompted, unnest(range(m, seen_to + 1))::integer as m
    from touch
),

thread as (
    select
        id,
        m,
        thread,
        count(*) filter (where inbound and spoken) as theirs,
        count(*) filter (where not inbound and spoken) as ours,
        bool_or(unprompted and spoken) as started
    from seen
    group by all
),

recent as (
    select
        id,
        m,
        count(*) filter (where theirs > 0 and ours > 0)::integer as loops,
        count(*) filter (where started)::integer as started,
        sum(ours)::integer as ours
    from thread
    group by all
),

seen_day as (
    select id, unnest(range(m, seen_to + 1))::integer as m
    from day
    where inbound > 0
),

seen_praise as (
    select id, unnest(range(m, seen_long + 1))::integer as m
    from touch
    where praise
),

fruit as (
    select
        p.id,
        unnest(
            range(
                year(f.happened_at) * 12 + month(f.happened_at) - 1,
                case
                    when f.happened_at + interval 365 days >= n.as_of then n.last_m + 1
                    else year(f.happened_at + interval 365 days) * 12 + month(f.happened_at + interval 365 days) - 1
                end
            )
        )::integer as m
    from derived.fruit f
    join person p using (brand, person_id)
    cross join now n
),

warm as (
    select p.id, (year(w.month) * 12 + month(w.month) - 1)::integer as m, w.mentions::integer as mentions, w.warmth, w.sd
    from derived.warmth_month w
    join person p using (brand, person_id)
),

-- Stacked and summed up, since a join would keep the long table in memory.
piece as (
    select * exclude (until, faded)
    from lasting
    union all by name
    from recent
    union all by name
    select id, m, count(*)::integer as days_in
    from seen_day
    group by all
    union all by name
    select id, m, count(*)::integer as praise
    from seen_praise
    group by all
    union all by name
    select distinct id, m, true as fruit
    from fruit
    union all by name
    from warm
),

evidence as (
    select
        id,
        m,
        max(inbound) as inbound,
        coalesce(max(days_in), 0) as days_in,
        coalesce(max(loops), 0) as loops,
        coalesce(max(started), 0) as started,
        coalesce(max(ours), 0) as ours,
        max(share_theirs) as share_theirs,
        coalesce(max(praise), 0) as praise,
        coalesce(max(mentions), 0) as mentions,
        max(warmth) as warmth,
        max(sd) as sd,
        max(silence_days) as silence_days,
        max(mean_gap_days) as mean_gap_days,
        max(offline_days) as offline_days,
        coalesce(bool_or(fruit), false) as fruit
    from piece
    group by id, m
    having max(inbound) is not null -- a fruit from before the first touch is nobody's month
),

judged as (
    select
        e.*,
        1 - abs(2 * e.share_theirs - 1) as reciprocity,
        case
            when e.inbound > 1 then greatest(n.window_days, 3 * coalesce(e.mean_gap_days, 0))
            else 2 * n.window_days
        end as patience_days,
        coalesce(e.offline_days <= patience_days, false) as offline_within,
        coalesce(e.warmth > 1.2816 * e.sd, false) as warm,
        coalesce(e.warmth < -1.2816 * e.sd, false) and e.mentions >= 2 as strained
    from evidence e
    cross join now n
),

-- First match wins. Steps: 1 stranger, 2 dormant, 3 aware, 4 engaged, 5 reciprocal, 6 advocate.
matched as (
    select
        *,
        case
            when inbound = 0 then 1
            when silence_days > patience_days and not offline_within then 2
            when praise >= 2 and loops >= 1 and warm then 6
            when loops >= 2 and started >= 1 and ours >= 1 and reciprocity >= 0.5 then 5
            when days_in >= 2 or loops >= 1 then 4
            else 3
        end as step
    from judged
),

-- A stage falls only after two monthly snapshots below and rises at once: it is the higher of the last two. The running month is
-- no monthly snapshot yet: it can raise a stage, not end it.
before as (
    select
        *,
        lag(step, 1) over w as step_1,
        lag(step, 2) over w as step_2,
        make_date(m // 12, m % 12 + 1, 1) as month,
        m < n.last_m or n.as_of = date_trunc('month', n.as_of) as complete
    from matched
    cross join now n
    window w as (partition by id order by m)
)

select
    p.brand,
    p.person_id,
    b.month,
    b.complete,
    n.names[b.step] as stage_raw,
    n.names[greatest(b.step, b.step_1, case when not b.complete then b.step_2 end)] as stage,
    case when b.step_1 is not null then n.names[greatest(b.step_1, b.step_2)] end as stage_before,
    b.strained,
    b.fruit,
    b.inbound,
    b.days_in,
    b.loops,
    b.started,
    b.ours,
    b.reciprocity,
    b.share_theirs,
    b.praise,
    b.mentions,
    b.warmth,
    case when b.warmth is not null then greatest(-1, least(1, b.warmth - 1.645 * b.sd)) end as warmth_low,
    case when b.warmth is not null then greatest(-1, least(1, b.warmth + 1.645 * b.sd)) end as warmth_high,
    b.warm,
    b.silence_days,
    b.mean_gap_days,
    b.offline_days,
    b.offline_within
from before b
join person p using (id)
cross join (select ['stranger', 'dormant', 'aware', 'engaged', 'reciprocal', 'advocate'] as names) n
