-- A person's feeling on each day that they spoke, from the 90 days before it: the estimate of methods 1.1 in a moving
-- window. It looks only back from each day; mu, s2 and t2 are those of the whole history.
with w as (
    select
        brand,
        person_id,
        happened_at,
        avg(value) over recent as m,
        count(*) over recent as n
    from derived.ledger
    where counts
    window recent as (
        partition by brand, person_id
        order by happened_at
        range between interval 90 days preceding and current row
    )
),

d as (
    select brand, person_id, happened_at::date as day, last(m order by happened_at) as m, last(n order by happened_at) as n
    from w
    group by all
)

select
    d.brand,
    d.person_id,
    d.day,
    d.n as mentions,
    s.mu + (s.t2 / (s.t2 + s.s2 / d.n)) * (d.m - s.mu) as feeling,
    greatest(-1, s.mu + (s.t2 / (s.t2 + s.s2 / d.n)) * (d.m - s.mu) - 1.645 * sqrt(s.t2 * (1 - s.t2 / (s.t2 + s.s2 / d.n)))) as low,
    least(1, s.mu + (s.t2 / (s.t2 + s.s2 / d.n)) * (d.m - s.mu) + 1.645 * sqrt(s.t2 * (1 - s.t2 / (s.t2 + s.s2 / d.n)))) as high
from d
join derived.spread s using (brand)
where s.t2 > 0
