-- A person's feeling toward the brand: empirical Bayes with 90 % interval. That mu and t2 are estimates is in it, by what
-- the feeling would move if they did (Morris 1983, "Parametric empirical Bayes inference"; never further than from mu to the
-- person's own mean), and by how few people they are from.
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
        s.t2 / (s.t2 + s.s2 / p.mentions) as own_weight,
        s.mu + own_weight * (p.raw_mean - s.mu) as feeling,
        student(s.people) * sqrt(
            s.t2 * (1 - own_weight)
            + (1 - own_weight) ** 2 * (s.mu_sd ** 2 + ((feeling - s.mu) * least(s.t2_sd / s.t2, 1 / own_weight)) ** 2)
        ) as sd
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
    feeling,
    sd,
    greatest(-1, least(1, feeling - 1.645 * sd)) as low,
    greatest(-1, least(1, feeling + 1.645 * sd)) as high
from e
