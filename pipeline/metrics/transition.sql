-- How many people went from which stage to which, by the month at whose end they stood there.
select
    brand,
    month,
    complete,
    stage_before as from_stage,
    stage as to_stage,
    count(*) as people
from derived.stage_month
where stage_before is not null
group by all
