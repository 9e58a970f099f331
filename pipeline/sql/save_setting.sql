create or replace table derived.setting as
select
    $model as model,
    $own::text as own,
    $entries_until::timestamp as entries_until,
    $staff::text[] as staff,
    $bots::text[] as bots
