-- The brand's index by week and month: person-weighted (a = 0: one person, one voice), tempered (a = .5) and post-weighted
-- (a = 1), each with its 90 % band, by the jackknife over people. How far the model puts the level off is common to all periods:
-- it widens the band of the level (low_level, high_level), not that of a change.
with p as (
    select
        brand,
        g.grain,
        date_trunc(g.grain, happened_at)::date as period,
        person_id,
        count(*)::double as n,
        avg(value) as m
    from derived.ledger
    cross join (values ('week'), ('month')) g (grain)
    where counts
    group by all
),

k as (
    select p.*, w.weighting, pow(p.n, w.a) as wt
    from p
    cross join (values ('person', 0), ('tempered', 0.5), ('post', 1)) w (weighting, a)
),

by_source as (
    select
        l.brand,
        g.grain,
        date_trunc(g.grain, l.happened_at)::date as period,
        l.source,
        count(*)::double as n
    from derived.ledger l
    cross join (values ('week'), ('month')) g (grain)
    where l.counts
    group by all
),

matrix as (
    select s.brand, s.grain, s.period, sum(s.n * d.sd) / sum(s.n) as sd_model
    from by_source s
    left join derived.debias d on d.brand = s.brand and d.source = s.source
    group by all
),

t as (
    select
        brand,
        grain,
        period,
        weighting,
        sum(wt * m) / sum(wt) as estimate,
        sum(wt) as sw,
        sum(wt * wt) as sw2,
        count(*) as people,
        sum(n)::bigint as mentions
    from k
    group by all
),

e as (
    select
        t.brand,
        t.grain,
        t.period,
        t.weighting,
        t.estimate,
        t.people,
        t.mentions,
        t.sw * t.sw / t.sw2 as n_eff,
        student(t.sw * t.sw / t.sw2)
        * sqrt(sum((k.wt * (k.m - t.estimate) / nullif(t.sw - k.wt, 0)) ** 2) * (t.people - 1) / t.people) as se
    from k
    join t using (brand, grain, period, weighting)
    group by t.brand, t.grain, t.period, t.weighting, t.estimate, t.people, t.mentions, t.sw, t.sw2
)

select
    *,
    case when se is not null then greatest(-1, least(1, estimate - 1.645 * se)) end as low,
    case when se is not null then greatest(-1, least(1, estimate + 1.645 * se)) end as high,
    case when se is not null then greatest(-1, least(1, estimate - 1.645 * sqrt(se ** 2 + coalesce(sd_model, 0) ** 2))) end as low_level,
    case when se is not null then greatest(-1, least(1, estimate + 1.645 * sqrt(se ** 2 + coalesce(sd_model, 0) ** 2))) end as high_level
from e
join matrix using (brand, grain, period)
