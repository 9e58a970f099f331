-- The person-weighted index by month if the mix of who talks had stayed the same: poststratified. Strata are source x
-- stage at the end of the month before ('new' where there was none). Target shares are the mean mix of the first 12 months of
-- at least fewest_people people, of which a month knows those up to itself; the brand's very first month is none of them, since
-- nobody can have had a stage before it.
with p as (
    select
        brand,
        person_id,
        date_trunc('month', happened_at)::date as period,
        min(source) as source,
        count(*) as n,
        avg(value) as m
    from derived.ledger
    where counts
    group by all
),

x as (
    select p.*, p.source || ' / ' || coalesce(s.stage, 'new') as stratum
    from p
    left join derived.stage_month s
        on s.brand = p.brand and s.person_id = p.person_id and s.month = (p.period - interval 1 month)::date
),

heard as (
    select
        brand,
        period,
        avg(m) as as_heard,
        student(count(*)) * sqrt(var_samp(m) / count(*)) as se_as_heard,
        count(*) as everybody
    from x
    group by all
),

first_year as (
    select h.brand, h.period, h.everybody
    from heard h
    where
        h.everybody >= (select fewest_people from derived.setting)
        and h.period > (select min(f.period) from heard f where f.brand = h.brand)
    qualify row_number() over (partition by h.brand order by h.period) <= 12
),

-- A month's target: the sum of the shares in the months of the first year that it knows, over their number.
share as (
    select x.brand, x.period, x.stratum, count(*) / any_value(f.everybody) as share
    from x
    join first_year f using (brand, period)
    group by all
),

known as (
    select h.brand, h.period, count(*) as months
    from heard h
    join first_year f on f.brand = h.brand and f.period <= h.period
    group by all
),

target as (
    select k.brand, k.period, s.stratum, sum(s.share) / any_value(k.months) as wanted
    from known k
    join share s on s.brand = k.brand and s.period <= k.period
    group by all
),

cell as (
    select brand, period, stratum, count(*) as people, sum(n) as mentions, sum(m) as sm, sum(m * m) as sm2
    from x
    group by all
),

-- Strata of fewer than 15 people are one; a stratum outside the target has no weight.
merged as (
    select
        t.brand,
        t.period,
        case when coalesce(c.people, 0) >= 15 then t.stratum else 'the others' end as stratum,
        sum(t.wanted) as wanted,
        sum(c.people) as people,
        sum(c.mentions) as mentions,
        sum(c.sm) / sum(c.people) as mean,
        (sum(c.sm2) - sum(c.sm) ** 2 / sum(c.people)) / nullif(sum(c.people) - 1, 0) as variance
    from target t
    left join cell c using (brand, period, stratum)
    group by all
),

-- Where nobody, or one person, speaks for all the small ones, they are left out, and `told` is what the others stand for.
mix as (
    select
        brand,
        period,
        sum(wanted * mean) / sum(wanted) as estimate,
        sqrt(sum((wanted * student(people)) ** 2 * greatest(variance, 0) / people)) / sum(wanted) as se,
        sum(people)::bigint as people,
        sum(mentions)::bigint as mentions,
        count(*) as strata,
        sum(wanted) as told
    from merged
    where people >= 2
    group by all
)

select
    h.brand,
    h.period,
    i.estimate,
    i.se,
    case when i.se is not null then greatest(-1, least(1, i.estimate - 1.645 * i.se)) end as low,
    case when i.se is not null then greatest(-1, least(1, i.estimate + 1.645 * i.se)) end as high,
    i.people,
    i.mentions,
    i.strata,
    i.told,
    h.as_heard,
    h.se_as_heard,
    h.everybody as people_as_heard
from heard h
left join mix i using (brand, period)
