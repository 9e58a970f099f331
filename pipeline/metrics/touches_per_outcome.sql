-- How many come to an outcome by their k-th touch: of those who came to their k-th inbound touch without the outcome, how many had it then (hazard), and
-- how many would have it by touch k. Everybody who tried counts; an average over those who got there never does.
with tried as (
    select
        brand,
        outcome,
        reached_at is not null as reached,
        -- At the least the first, on whose day it may have been typed in.
        count(*) filter (where reached_at is null or l.happened_at <= greatest(reached_at, c.first_in)) as touches
    from derived.clock c
    join derived.ledger l using (brand, person_id)
    where l.direction = 'in' and l.kind <> 'note'
    group by brand, person_id, outcome, reached_at, c.first_in
),

ended as (
    select brand, outcome, touches, count(*) as people, count(*) filter (where reached) as outcomes
    from tried
    group by all
),

-- se: of the logarithm of touches per outcome, were every touch worth the same.
total as (
    select
        brand,
        outcome,
        sum(people) as tried,
        sum(touches * people)::bigint as all_touches,
        sum(outcomes)::bigint as all_outcomes,
        all_touches / nullif(all_outcomes, 0) as per_outcome,
        sqrt((1 - all_outcomes / all_touches) / nullif(all_outcomes, 0)) as se
    from ended
    group by all
),

step as (
    select brand, outcome, unnest(range(1, max(touches) + 1)) as touch
    from ended
    group by brand, outcome
),

risk as (
    select
        s.*,
        coalesce(e.outcomes, 0)::double as d,
        sum(coalesce(e.people, 0)) over (partition by s.brand, s.outcome order by s.touch desc)::double as n
    from step s
    left join ended e on e.brand = s.brand and e.outcome = s.outcome and e.touches = s.touch
),

curve as (
    select
        *,
        product(1 - d / n) over sofar as still,
        coalesce(sum(d / nullif(n * (n - d), 0)) over sofar, 0) as greenwood
    from risk
    window sofar as (partition by brand, outcome order by touch)
),

-- Bands on the scale of log(-log(still)); where nobody or everybody had it, the end of Wilson's interval.
band as (
    select
        c.*,
        case
            when still = 1 then 0
            when still < 1e-12 then n / (n + 1.645 ** 2)
            else 1 - still ** exp(1.645 * sqrt(greenwood) / ln(still))
        end as low,
        case
            when still = 1 then 1.645 ** 2 / (n + 1.645 ** 2)
            when still < 1e-12 then 1
            else 1 - still ** exp(-1.645 * sqrt(greenwood) / ln(still))
        end as high,
        n >= fewest_people as enough
    from curve c
    cross join derived.setting
)

-- The line ends where too few people came; of its first point the counts are kept.
select
    b.brand,
    b.outcome,
    b.touch,
    b.n::bigint as people,
    b.d::bigint as outcomes,
    case when b.enough then b.d / b.n end as hazard,
    case when b.enough then 1 - b.still end as reached,
    case when b.enough then b.low end as low,
    case when b.enough then b.high end as high,
    t.all_touches,
    t.all_outcomes,
    case when t.tried >= fewest_people then t.per_outcome end as touches_per_outcome,
    case when t.tried >= fewest_people and t.all_outcomes > 0 then greatest(1, t.per_outcome * exp(-1.645 * t.se)) end as touches_low,
    case when t.tried >= fewest_people then t.per_outcome * exp(1.645 * t.se) end as touches_high
from band b
join total t using (brand, outcome)
cross join derived.setting
where b.enough or b.touch = 1
order by b.brand, b.outcome, b.touch
