-- The last full calendar month, and its change since the month before, without each of the three people who move that change most.
with bounds as (
    select until - interval 2 month as before, until - interval 1 month as start, until
    from (select date_trunc('month', as_of) as until from derived.setting)
),

said as (
    select l.brand, l.person_id, l.value, l.happened_at >= b.start as recent
    from derived.ledger l
    cross join bounds b
    where l.counts and l.happened_at >= b.before and l.happened_at < b.until
),

-- From here on the metric and the read of this name are one text; it stands in pipeline/metrics.
weighed as (
    select
        s.brand,
        w.weighting,
        s.person_id,
        avg(s.value) filter (where s.recent) as mean,
        avg(s.value) filter (where not s.recent) as mean_before,
        count(*) filter (where s.recent) as mentions,
        count(*) filter (where not s.recent) as mentions_before,
        case w.weighting when 'post' then mentions else least(mentions, 1) end as w1,
        case w.weighting when 'post' then mentions_before else least(mentions_before, 1) end as w0
    from said s
    cross join (values ('person'), ('post')) w (weighting)
    group by s.brand, w.weighting, s.person_id
),

total as (
    select brand, weighting, sum(w1) as w1, sum(w0) as w0, sum(w1 * mean) as x1, sum(w0 * mean_before) as x0
    from weighed
    group by all
),

compared as (
    select
        p.brand,
        p.weighting,
        p.person_id,
        p.mentions,
        p.mentions_before,
        p.mean,
        p.mean_before,
        t.x1 / nullif(t.w1, 0) as level,
        (t.x1 - p.w1 * coalesce(p.mean, 0)) / nullif(t.w1 - p.w1, 0) as level_without,
        t.x1 / nullif(t.w1, 0) - t.x0 / nullif(t.w0, 0) as change,
        level_without - (t.x0 - p.w0 * coalesce(p.mean_before, 0)) / nullif(t.w0 - p.w0, 0) as change_without
    from weighed p
    join total t using (brand, weighting)
)

-- Whoever spoke alone in a period is the loudest of all: without them there is no number.
select
    c.brand,
    c.weighting,
    row_number() over (
        partition by c.brand, c.weighting
        order by
            abs(case when c.change is null then c.level - c.level_without else c.change - c.change_without end) desc nulls first,
            c.person_id
    ) as rank,
    c.* exclude (brand, weighting),
    b.start,
    b.until
from compared c
cross join bounds b
qualify rank <= 3
order by c.brand, c.weighting, rank
