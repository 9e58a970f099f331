-- What a person said on each day: the observations that feeling_path.py follows a feeling with. Touches of
-- one day are one moment, so that work grows with days, however many touches there are; none is left out.
-- Where people do not differ measurably (t2 = 0) nobody has a feeling of their own: no rows.
select
    l.brand,
    l.person_id,
    l.happened_at::date as day,
    count(*) as mentions,
    avg(l.value) as value,
    any_value(d.mu) as mu,
    any_value(s.mu_sd) as mu_sd,
    any_value(s.t2_sd / s.t2) as unsure,
    any_value(student(s.people)) as student,
    any_value(d.s2) as s2,
    any_value(d.tc2) as tc2,
    any_value(d.td2) as td2,
    any_value(d.ell) as ell
from derived.ledger l
join derived.drift d using (brand)
join derived.spread s using (brand)
where l.counts and s.t2 > 0
group by all
order by l.brand, l.person_id, day
