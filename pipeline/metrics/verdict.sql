-- A person's recent messages against those of the 9 months before, as of the end of the last finished week and of the one
-- before it: what verdict.py decides on. Noise is pooled within (person, window): a person's own three
-- messages say nothing of it. Only people heard in both windows; only what happened before the week's end.
with w as (
    select
        date_trunc('week', as_of) - back * interval 7 day as until,
        back = 0 as latest,
        window_days,
        noticeable
    from derived.setting
    cross join (values (0), (1)) weeks(back)
),

t as (
    select
        l.brand,
        l.person_id,
        w.until,
        w.latest,
        w.noticeable,
        l.happened_at >= w.until - w.window_days * interval 1 day as recent,
        l.value
    from derived.ledger l
    join w
        on l.happened_at < w.until
        and l.happened_at >= w.until - (w.window_days + 270) * interval 1 day  -- 270 days are the 9 months before
    where l.counts
),

p as (
    select brand, person_id, until, latest, noticeable, recent, count(*) as n, avg(value) as m, var_samp(value) as v
    from t
    group by all
),

s as (
    select brand, until, sum((n - 1) * v) / sum(n - 1) as s2, sum(n - 1)::double as repeats
    from p
    where n > 1
    group by all
    having repeats >= 20 and s2 > 1e-9 -- else it is not known how much one person's messages differ
)

select
    brand,
    r.person_id,
    (until - interval 7 day)::date as week,
    r.n as n_recent,
    b.n as n_before,
    r.m as recent,
    b.m as before,
    r.m - b.m as raw_change,
    sqrt(s.s2 * (1 / r.n + 1 / b.n)) as se,
    s.repeats,
    r.latest,
    r.noticeable
from p r
join p b using (brand, person_id, until)
join s using (brand, until)
where r.recent and not b.recent
order by brand, week, r.person_id
