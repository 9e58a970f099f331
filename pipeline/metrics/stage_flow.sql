-- How many people moved up, held their stage or moved down in a month, and how many came new. Gravity: the mean number of steps
-- that those who were there before moved (Orbit's idea).
with step as (
    select
        brand,
        month,
        complete,
        list_position(n.names, stage_before) as step_before,
        list_position(n.names, stage) as step
    from derived.stage_month
    cross join (select ['stranger', 'dormant', 'aware', 'engaged', 'reciprocal', 'advocate'] as names) n
)

select
    brand,
    month,
    complete,
    count(*) as people,
    count(*) filter (where step > step_before) as moved_up,
    count(*) filter (where step = step_before) as held,
    count(*) filter (where step < step_before) as moved_down,
    count(*) filter (where step_before is null) as new,
    avg(step - step_before) as gravity
from step
group by all
