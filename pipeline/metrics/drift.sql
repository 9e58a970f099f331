-- How feelings drift: half the squared difference of two messages of one person, by the days between them (variogram).
-- drift.py fits noise, drift and half-life to it. A touch is paired with at most the 20 touches of its
-- person before it, and its pairs weigh 1 together, so that work and weight grow with the touches, not their square.
with e as (
    select
        brand,
        value,
        epoch(happened_at) / 86400 as day,
        list({'day': epoch(happened_at) / 86400, 'value': value}) over before as earlier
    from derived.ledger
    where counts
    window before as (
        partition by brand, person_id
        order by happened_at, touch_id
        rows between 20 preceding and 1 preceding
    )
),

p as (
    select brand, day, value, 1 / len(earlier) as weight, unnest(earlier) as one
    from e
),

g as (
    select brand, day - one.day as lag, (value - one.value) ** 2 / 2 as half_square, weight
    from p
),

b as (  -- by the week up to 30 weeks, then by the month
    select
        brand,
        sum(weight * lag) / sum(weight) as lag,
        sum(weight * half_square) / sum(weight) as half_square,
        sum(weight) as weight
    from g
    group by brand, case when lag < 210 then floor(lag / 7) else 30 + floor((lag - 210) / 30) end
)

select
    s.brand,
    s.s2,
    s.t2,
    s.mu,
    b.lag,
    b.half_square,
    b.weight
from derived.spread s
left join b using (brand)
order by s.brand, b.lag
