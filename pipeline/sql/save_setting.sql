-- as_of: the numbers know what happened before this moment, and nothing later. Without a wish it is the end of the day of
-- the last touch, so that the same facts always give the same numbers.
create or replace table derived.setting as
select
    $model as model,
    $own::text as own,
    $entries_until::timestamp as entries_until,
    coalesce(
        $as_of::timestamp,
        (
            select date_trunc('day', max(happened_at)) + interval 1 day
            from (select happened_at from touch union all select happened_at from derived.entry)
        )
    ) as as_of,
    $staff::text[] as staff,
    $bots::text[] as bots,
    $noticeable::double as noticeable,
    $window_days::integer as window_days,
    $half_life_days::double as half_life_days,
    $mind_half_life_days::double as mind_half_life_days,
    $answer_hours::double as answer_hours,
    $fewest_people::integer as fewest_people
