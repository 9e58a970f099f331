-- How people feel toward every brand over the same days, by month or quarter: one person, one voice, and its band as brand_index
-- has them. Periods are whole.
with m as (
    select brand, source, person_id, value, date_trunc($grain, happened_at)::date as period
    from touch
    where counts and happened_at >= date_trunc($grain, $start::timestamp) and date_trunc($grain, happened_at) < $until
),

person as (
    select brand, period, person_id, count(*) as mentions, avg(value) as mean
    from m
    group by all
),

matrix as (
    select m.brand, m.period, sum(coalesce(d.sd, 0)) / count(*) as sd
    from m
    left join debias d on d.brand = m.brand and d.source = m.source
    group by all
),

level as (
    select
        brand,
        period,
        avg(mean) as estimate,
        student(count(*)) * stddev_samp(mean) / sqrt(count(*)) as se,
        count(*) as people,
        sum(mentions)::bigint as mentions
    from person
    group by all
)

select
    brand,
    period,
    greatest(-1, least(1, estimate)) as estimate,
    case when se is not null then greatest(-1, least(1, estimate - 1.645 * sqrt(se ** 2 + sd ** 2))) end as low,
    case when se is not null then greatest(-1, least(1, estimate + 1.645 * sqrt(se ** 2 + sd ** 2))) end as high,
    people,
    mentions
from level
join matrix using (brand, period)
order by brand, period
