-- as_of: the numbers know what happened before this moment, and nothing later. Without a wish it is just after the last
-- touch or fruit, so that the same facts always give the same numbers, and nobody is judged on hours that have not passed.
create or replace table derived.setting as
select
    $model as model,
    $own::text as own,
    $entries_until::timestamp as entries_until,
    coalesce(
        $as_of::timestamp,
        (
            select max(happened_at) + interval 1 microsecond
            from (
                select happened_at from touch
                union all
                select happened_at from derived.entry
                union all
                select happened_at from derived.written_fruit
            )
        )
    ) as as_of,
    $as_of::timestamp is not null as past,
    $group_what::text as group_what,
    $group_name::text as group_name,
    $staff::text[] as staff,
    $bots::text[] as bots,
    $noticeable::double as noticeable,
    $window_days::integer as window_days,
    $half_life_days::double as half_life_days,
    $mind_half_life_days::double as mind_half_life_days,
    $answer_hours::double as answer_hours,
    $fewest_people::integer as fewest_people
