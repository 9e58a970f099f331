-- The stage of every relationship now, since which month it is so, and the evidence for it: its last snapshot.
with last_other as ( -- the last month in which the stage was another
    select m.brand, m.person_id, max(m.month) as month
    from derived.stage_month m
    join derived.stage_month n using (brand, person_id)
    where n.month = (select max(month) from derived.stage_month) and m.stage <> n.stage
    group by m.brand, m.person_id
),

first_month as (
    select brand, person_id, min(month) as month
    from derived.stage_month
    group by all
)

select
    n.brand,
    n.person_id,
    n.stage,
    n.stage_raw,
    coalesce((o.month + interval 1 month)::date, f.month) as since,
    n.* exclude (brand, person_id, stage, stage_raw, stage_before, complete)
from derived.stage_month n
join first_month f using (brand, person_id)
left join last_other o using (brand, person_id)
where n.month = (select max(month) from derived.stage_month)
