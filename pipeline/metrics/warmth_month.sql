-- What a person felt at each month end: the estimate of feeling.sql on what they said in the twelve months before it, with mu, s2
-- and t2 of the same twelve months, so that nothing looks ahead. Months without a word of theirs in twelve have no row, nor have
-- those in which people do not differ measurably: a t2 that is small by chance would put everybody, surely, at the mean. The sd
-- holds how far the model may put the brand's level off, too: flags compare it with zero, and a level off by that much would flag many.
with said as (
    select
        brand,
        person_id,
        year(happened_at) * 12 + month(happened_at) - 1 as m,
        count(*) as n,
        sum(value) as total,
        sum(value * value) as squares
    from derived.ledger
    where counts
    group by all
),

year_of as ( -- a month's words are heard at its own end and at the eleven after it
    select
        brand,
        person_id,
        m + later as m,
        sum(n)::double as n,
        sum(total) / sum(n) as mean,
        greatest(0, sum(squares) - sum(total) ** 2 / sum(n)) as within
    from said
    cross join range(12) l (later)
    where m + later <= (select year(as_of - interval 1 microsecond) * 12 + month(as_of - interval 1 microsecond) - 1 from derived.setting)
    group by brand, person_id, m + later
),

crowd as (
    select
        brand,
        m,
        sum(within) / nullif(sum(n - 1), 0) as s2,
        sum(n) as mentions,
        count(*) as people,
        sum(n * n) as n2,
        sum(n * mean * mean) - sum(n * mean) ** 2 / sum(n) as between_sum
    from year_of
    group by brand, m
),

spread as (
    select
        brand,
        m,
        people,
        mentions,
        s2,
        (between_sum - (people - 1) * s2) / nullif(mentions - n2 / mentions, 0) as t2,
        -- of t2 where nobody differs: the mean square between people is then s2 chi2(people - 1) / (people - 1)
        s2 * sqrt(2 * (people - 1)) / nullif(mentions - n2 / mentions, 0) as t2_by_chance
    from crowd
),

average as (
    select
        y.brand,
        y.m,
        s.people,
        s.s2,
        s.t2,
        sum(y.mean / (s.t2 + s.s2 / y.n)) / sum(1 / (s.t2 + s.s2 / y.n)) as mu,
        sqrt(1 / sum(1 / (s.t2 + s.s2 / y.n))) as mu_sd,
        any_value(sqrt(2 / (s.people - 1)) * s.t2 + s.t2_by_chance) as t2_sd
    from year_of y
    join spread s using (brand, m)
    -- Else they do not differ measurably, or their noise is not known (as in spread.sql).
    where s.mentions - s.people >= 5 and s.s2 > 1e-9 and s.t2 > 1.645 * s.t2_by_chance
    group by all
),

matrix as (
    select l.brand, coalesce(sum(d.sd) / count(*), 0) as sd_model
    from derived.ledger l
    left join derived.debias d on d.brand = l.brand and d.source = l.source
    where l.counts
    group by l.brand
)

select
    y.brand,
    y.person_id,
    make_date(y.m // 12, y.m % 12 + 1, 1) as month,
    y.n::bigint as mentions,
    a.people,
    a.mu,
    a.t2 / (a.t2 + a.s2 / y.n) as own_weight,
    a.mu + own_weight * (y.mean - a.mu) as warmth,
    sqrt(
        student(a.people) ** 2 * (
            a.t2 * (1 - own_weight)
            + (1 - own_weight) ** 2 * (a.mu_sd ** 2 + ((warmth - a.mu) * least(a.t2_sd / a.t2, 1 / own_weight)) ** 2)
        )
        + sd_model ** 2
    ) as sd
from year_of y
join average a using (brand, m)
join matrix using (brand)
