create or replace table derived.setting as
select
    $model as model,
    $own::text as own,
    $staff::text[] as staff,
    $bots::text[] as bots
