-- What the log-rank test of each quarter's people against those of the quarter before needs: outcomes observed and expected, and the
-- variance of their difference (hypergeometric), over the days since they first spoke; `finish` adds the probabilities.
with counted as (
    select
        brand,
        outcome,
        cohort,
        date_sub('day', first_in, coalesce(reached_at, as_of)) as t,
        count(*) as people,
        count(reached_at) as events
    from derived.clock
    cross join derived.setting
    group by all
),

quarter as (
    select
        brand,
        outcome,
        cohort,
        4 * left(cohort, 4)::integer + right(cohort, 1)::integer as number,
        sum(people)::bigint as people
    from counted
    group by all
),

-- A quarter in which nobody came is no quarter to compare with.
pair as (
    select q.* exclude (number), b.cohort as before
    from quarter q
    left join quarter b on b.brand = q.brand and b.outcome = q.outcome and b.number = q.number - 1
),

-- Both quarters' counts by day.
side as (
    select p.brand, p.outcome, p.cohort, c.t, c.people, c.events, 0 as people_before, 0 as events_before
    from pair p
    join counted c using (brand, outcome, cohort)
    union all
    select p.brand, p.outcome, p.cohort, c.t, 0, 0, c.people, c.events
    from pair p
    join counted c on c.brand = p.brand and c.outcome = p.outcome and c.cohort = p.before
),

day as (
    select
        brand,
        outcome,
        cohort,
        t,
        sum(events)::double as d1,
        sum(events + events_before)::double as d,
        sum(sum(people)) over since as n1,
        sum(sum(people + people_before)) over since as n
    from side
    group by brand, outcome, cohort, t
    window since as (partition by brand, outcome, cohort order by t desc)
)

select
    p.brand,
    p.outcome,
    p.cohort,
    p.before,
    p.people,
    b.people as people_before,
    sum(y.d1) as observed,
    sum(y.d * y.n1 / y.n) as expected,
    sum(y.d * (y.n1 / y.n) * (1 - y.n1 / y.n) * (y.n - y.d) / nullif(y.n - 1, 0)) as variance
from pair p
join pair b on b.brand = p.brand and b.outcome = p.outcome and b.cohort = p.before
join day y on y.brand = p.brand and y.outcome = p.outcome and y.cohort = p.cohort
cross join derived.setting s
where p.people >= s.fewest_people and b.people >= s.fewest_people
group by all
order by p.brand, p.outcome, p.cohort
