-- How likely a person at one stage is at another a month later: transitions of the last twelve whole months, with half a
-- person added to each cell. Where nobody stood, nothing is known.
with stages as (
    select unnest(['stranger', 'dormant', 'aware', 'engaged', 'reciprocal', 'advocate']) as stage
),

counted as (
    select brand, from_stage, to_stage, sum(people) as people
    from derived.transition
    where complete and month >= date_trunc('month', (select as_of from derived.setting)) - interval 12 months
    group by all
),

cell as (
    select
        b.brand,
        f.stage as from_stage,
        t.stage as to_stage,
        coalesce(c.people, 0)::bigint as people,
        sum(coalesce(c.people, 0)) over (partition by b.brand, f.stage)::bigint as of_people
    from (select distinct brand from derived.stage_month) b
    cross join stages f
    cross join stages t
    left join counted c on c.brand = b.brand and c.from_stage = f.stage and c.to_stage = t.stage
)

select
    *,
    case when of_people > 0 then (people + 0.5) / (of_people + 0.5 * (select count(*) from stages)) end as p
from cell
