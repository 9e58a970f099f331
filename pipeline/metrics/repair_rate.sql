-- What came of complaints, of those answered and those not: the share of each outcome with Wilson's 90 % interval. Only arcs
-- that are over count, of sources where our side is collected. An association, not an effect: whom we answer is not drawn by lot.
with finished as (
    select brand, person_id, answered_at is not null as answered, hours, outcome
    from derived.repair
    where outcome <> 'too early' and recorded
),

whole as (
    select brand, answered, count(*) as complaints, count(distinct person_id) as people, median(hours) as median_hours
    from finished
    group by all
),

cell as (
    select w.*, o.outcome, coalesce(f.n, 0) as n, coalesce(f.n, 0) / w.complaints as share
    from whole w
    cross join (values ('better'), ('same'), ('silent')) o (outcome)
    left join (select brand, answered, outcome, count(*) as n from finished group by all) f
        on f.brand = w.brand and f.answered = w.answered and f.outcome = o.outcome
)

select
    brand,
    answered,
    outcome,
    n,
    complaints,
    people,
    median_hours,
    share,
    (share + z * z / (2 * complaints) - z * sqrt(share * (1 - share) / complaints + z * z / (4 * complaints * complaints)))
    / (1 + z * z / complaints) as low,
    (share + z * z / (2 * complaints) + z * sqrt(share * (1 - share) / complaints + z * z / (4 * complaints * complaints)))
    / (1 + z * z / complaints) as high
from cell
cross join (select 1.645 as z)
