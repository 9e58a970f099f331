-- What a person feels as of now: the days that level.py follows, as feeling_path does, and beside them "fade", the same in
-- one line of SQL: (k0 mu + sum y 2^(-age / H)) / (k0 + sum 2^(-age / H)), k0 = s2 / t2. k0 is the number
-- of touches that the crowd is worth. Where t2 = 0: no rows.
with t as (
    select
        l.brand,
        l.person_id,
        l.happened_at,
        l.value,
        2 ** (-epoch(w.as_of - l.happened_at) / 86400 / w.half_life_days) as weight,
        s.s2 / s.t2 as k0,
        s.mu
    from derived.ledger l
    join derived.spread s using (brand)
    cross join derived.setting w
    where l.counts and s.t2 > 0
),

f as (
    select
        brand,
        person_id,
        (any_value(k0 * mu) + sum(weight * value)) / (any_value(k0) + sum(weight)) as fade
    from t
    group by all
),

d as (
    select brand, person_id, happened_at::date as day, count(*) as mentions, avg(value) as value
    from t
    group by all
)

select
    d.*,
    (w.as_of - interval 1 microsecond)::date as today,
    f.fade,
    p.mu,
    s.mu_sd,
    s.t2_sd / s.t2 as unsure,
    student(s.people) as student,
    p.s2,
    p.tc2,
    p.td2,
    p.ell
from d
join f using (brand, person_id)
join derived.drift p using (brand)
join derived.spread s using (brand)
cross join derived.setting w
order by d.brand, d.person_id, d.day
