-- How a relationship stands now: who gives, starts and answers, how present it is, and how strong.
-- Counts are of the last window_days; decayed sums and days know the whole history. Notes are left out: nothing passed between us.
with side as (
    select distinct brand, source, true as ours
    from derived.ledger
    where direction = 'out' and not offline
),

passed as (
    select
        l.brand,
        l.person_id,
        l.direction,
        l.kind,
        l.thread,
        l.happened_at,
        epoch(s.as_of - l.happened_at) / 86400 as age,
        l.happened_at >= s.as_of - to_days(s.window_days) as recent,
        coalesce(o.ours, false) as recorded,
        s.half_life_days,
        s.mind_half_life_days
    from derived.ledger l
    join derived.role r using (account_id)
    left join side o on o.brand = l.brand and o.source = l.source
    cross join derived.setting s
    where l.person_id is not null and l.kind <> 'note' and r.role in ('person', 'organisation')
),

-- Rounded, so that the order of summing never decides who ranks before whom.
given as (
    select
        brand,
        person_id,
        count(*) as touches_ever,
        count(distinct direction) as sides,
        bool_or(recorded) as recorded,
        count(*) filter (where recent and direction = 'in') as touches_in,
        count(*) filter (where recent and direction = 'out') as touches_out,
        count(*) filter (where recent and kind in ('message', 'call', 'meeting')) as private_touches,
        round(coalesce(sum(pow(2, -age / half_life_days)) filter (where direction = 'in'), 0), 9) as decayed_in,
        round(coalesce(sum(pow(2, -age / half_life_days)) filter (where direction = 'out'), 0), 9) as decayed_out,
        round(1 - exp(-sum(pow(2, -age / mind_half_life_days))), 9) as top_of_mind
    from passed
    group by brand, person_id
),

to_all as (
    select brand, thread, min(happened_at) as spoke_at
    from derived.ledger
    where direction = 'out' and person_id is null
    group by brand, thread
),

-- A like or a repost starts no conversation; what we said to nobody in particular does, and they came to it.
thread as (
    select
        brand,
        person_id,
        thread,
        min(happened_at) filter (where direction = 'in') as they_at,
        min(happened_at) filter (where direction = 'out') as we_at
    from passed
    where kind not in ('like', 'repost')
    group by brand, person_id, thread
    having bool_or(recent)
),

started as (
    select
        t.brand,
        t.person_id,
        count(*) as threads,
        count(*) filter (where t.they_at <= coalesce(least(t.we_at, a.spoke_at), t.they_at)) / count(*) as started_by_them
    from thread t
    left join to_all a using (brand, thread)
    group by t.brand, t.person_id
),

run as (
    select
        a.*,
        a.last_at >= s.as_of - to_days(s.window_days) as recent,
        a.asks
        and a.asked_at >= s.as_of - to_days(s.window_days)
        and a.asked_at + to_seconds(s.answer_hours * 3600) <= s.as_of as judged,
        coalesce(a.hours <= s.answer_hours, false) as in_time
    from derived.answer a
    cross join derived.setting s
),

answered as (
    select
        brand,
        person_id,
        count(distinct thread) filter (where recent and answered_at is not null) as closed_loops,
        count(*) filter (where judged and direction = 'ours') as our_asked,
        avg(in_time::integer) filter (where judged and direction = 'ours') as our_rate,
        count(*) filter (where judged and direction = 'theirs') as their_asked,
        avg(in_time::integer) filter (where judged and direction = 'theirs') as their_rate
    from run
    group by brand, person_id
),

tie as (
    select
        g.*,
        (g.decayed_in + 1) / (g.decayed_in + g.decayed_out + 2) as share_theirs,
        1 - abs(2 * share_theirs - 1) as reciprocity,
        case
            when not g.recorded then null -- of no source of theirs is our side collected
            when g.touches_ever < 4 or (g.sides = 1 and reciprocity >= 0.5) then null -- too little to say who gives more
            when reciprocity >= 0.5 then 'balanced' -- at most three to one
            when share_theirs > 0.5 then 'they give more'
            else 'we give more'
        end as direction,
        coalesce(a.our_asked, 0) as our_asked,
        a.our_rate,
        coalesce(a.their_asked, 0) as their_asked,
        a.their_rate,
        coalesce(a.closed_loops, 0) as closed_loops,
        coalesce(s.threads, 0) as threads,
        s.started_by_them,
        r.last_day - r.first_day + r.silence_days as tenure_days,
        coalesce(r.active_months, 0) as active_months,
        r.days_in,
        r.mean_gap_days,
        r.silence_days,
        r.silence_score,
        r.p_alive,
        ln(1 + g.decayed_in + g.decayed_out) as intensity,
        coalesce(a.closed_loops, 0) + g.private_touches as depth,
        round(f.low, 9) as warmth_low
    from given g
    left join answered a using (brand, person_id)
    left join started s using (brand, person_id)
    left join derived.rhythm r using (brand, person_id)
    left join derived.level f using (brand, person_id)
),

-- Where a person stands among the brand's people, 0 … 1: the middle of the places of all who are equal. Whose feeling is not
-- known is placed in the middle.
place as (
    select
        *,
        ((rank() over by_intensity - 1) / count(*) over everybody + cume_dist() over by_intensity) / 2 as rank_intensity,
        ((rank() over by_recency - 1) / count(*) over everybody + cume_dist() over by_recency) / 2 as rank_recency,
        ((rank() over by_duration - 1) / count(*) over everybody + cume_dist() over by_duration) / 2 as rank_duration,
        ((rank() over by_reciprocity - 1) / count(*) over everybody + cume_dist() over by_reciprocity) / 2 as rank_reciprocity,
        ((rank() over by_depth - 1) / count(*) over everybody + cume_dist() over by_depth) / 2 as rank_depth,
        case
            when warmth_low is null then 0.5
            else ((rank() over by_warmth - 1) / count(warmth_low) over everybody + cume_dist() over by_warmth) / 2
        end as rank_warmth
    from tie
    window
        everybody as (partition by brand),
        by_intensity as (partition by brand order by intensity),
        by_recency as (partition by brand order by top_of_mind),
        by_duration as (partition by brand order by coalesce(tenure_days, -1)),
        by_reciprocity as (partition by brand order by reciprocity),
        by_depth as (partition by brand order by depth),
        by_warmth as (partition by brand, warmth_low is null order by warmth_low)
)

select
    *,
    100 * (rank_intensity + rank_recency + rank_duration + rank_reciprocity + rank_depth + rank_warmth) / 6 as strength
from place
