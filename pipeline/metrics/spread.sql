-- How much people differ, and how much one person's messages do: s2 within, t2 between, mu the mean person;
-- mu_sd and t2_sd are the errors of mu and t2.
-- ANOVA moments for unequal n (Efron & Morris 1975). How much one person's messages differ is known only where some
-- wrote several: with fewer than five repeats, or where all repeats are equal, t2 is 0, since nobody could be told from chance.
with p as (
    select
        brand,
        person_id,
        count(*)::double as n,
        avg(value) as m,
        coalesce(var_samp(value), 0) as v
    from derived.ledger
    where counts
    group by all
),

h as (
    select
        brand,
        sum((n - 1) * v) / nullif(sum(n - 1), 0) as s2,
        sum(n) as mentions,
        count(*) as people,
        sum(n * n) as n2,
        sum(n * m) / sum(n) as grand
    from p
    group by brand
),

b as (
    select brand, sum(p.n * (p.m - h.grand) ** 2) as between_sum
    from p
    join h using (brand)
    group by brand
),

g as (
    select
        h.*,
        if(
            mentions - people >= 5 and s2 > 1e-9,
            greatest(0, (between_sum - (people - 1) * s2) / nullif(mentions - n2 / mentions, 0)),
            0
        ) as t2
    from h
    join b using (brand)
)

select
    g.brand,
    g.people,
    g.mentions::bigint as mentions,
    g.s2,
    g.t2,
    sum(p.m / nullif(g.t2 + g.s2 / p.n, 0)) / sum(1 / nullif(g.t2 + g.s2 / p.n, 0)) as mu,
    sqrt(1 / sum(1 / nullif(g.t2 + g.s2 / p.n, 0))) as mu_sd,
    -- as if all had n0 messages: the mean square between people is then (n0 t2 + s2) chi2(people - 1) / (people - 1)
    sqrt(2 / nullif(g.people - 1, 0)) * (g.t2 + g.s2 * (g.people - 1) / nullif(g.mentions - g.n2 / g.mentions, 0)) as t2_sd
from g
join p using (brand)
group by all
