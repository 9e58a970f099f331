-- A person's feeling toward the brand: empirical Bayes with 90 % interval (methods 1.1).
-- Without measurable difference between people (t2 = 0) nobody has a feeling of their own yet: null.
with p as (
    select brand, person_id, count(*) as mentions, avg(value) as raw_mean
    from derived.ledger
    where counts
    group by all
),

e as (
    select
        p.*,
        s.mu,
        s.t2,
        s.t2 / (s.t2 + s.s2 / p.mentions) as own_weight
    from p
    join derived.spread s using (brand)
    where s.t2 > 0
)

select
    brand,
    person_id,
    mentions,
    raw_mean,
    own_weight,
    mu + own_weight * (raw_mean - mu) as feeling,
    sqrt(t2 * (1 - own_weight)) as sd,
    greatest(-1, least(1, mu + own_weight * (raw_mean - mu) - 1.645 * sqrt(t2 * (1 - own_weight)))) as low,
    greatest(-1, least(1, mu + own_weight * (raw_mean - mu) + 1.645 * sqrt(t2 * (1 - own_weight)))) as high
from e
