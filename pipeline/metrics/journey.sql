-- The milestones of each relationship: first touch, first word of theirs, the first of each outcome, and when they first fell silent. A like
-- or a repost is a touch, but no word.
-- gone_at: they were silent for 180 days; it is the moment when that was known. A note is no touch.
with touch as (
    select l.brand, l.person_id, l.direction, l.kind, l.offline, l.happened_at, l.thread
    from derived.ledger l
    join derived.role r using (account_id)
    where r.role in ('person', 'organisation') and l.person_id is not null and l.kind <> 'note'
),

first as (
    select
        brand,
        person_id,
        min(happened_at) as first_touch,
        min(happened_at) filter (where direction = 'in' and kind not in ('like', 'repost')) as first_in,
        min(happened_at) filter (where offline) as offline_at
    from touch
    group by all
),

loop as (
    select
        brand,
        person_id,
        min(happened_at) filter (where direction = 'in') as heard_at,
        min(happened_at) filter (where direction = 'out') as spoke_at
    from touch
    where kind not in ('like', 'repost')
    group by brand, person_id, thread
),

closed as (
    select brand, person_id, min(greatest(heard_at, spoke_at)) as two_way_at
    from loop
    where heard_at is not null and spoke_at is not null
    group by all
),

silence as (
    select
        brand,
        person_id,
        happened_at,
        lead(happened_at, 1, (select as_of from derived.setting)) over (
            partition by brand, person_id
            order by happened_at
        ) as until
    from touch
    where direction = 'in' or offline
),

gone as (
    select s.brand, s.person_id, min(s.happened_at) + interval 180 days as gone_at
    from silence s
    join first f using (brand, person_id)
    where s.happened_at >= f.first_in and s.until >= s.happened_at + interval 180 days
    group by all
),

borne as (
    select brand, person_id, min(happened_at) as fruit_at
    from derived.fruit
    group by all
)

select
    f.brand,
    f.person_id,
    year(f.first_in) || '-Q' || quarter(f.first_in) as cohort,
    f.first_touch,
    f.first_in,
    c.two_way_at,
    f.offline_at,
    b.fruit_at,
    g.gone_at
from first f
left join closed c using (brand, person_id)
left join gone g using (brand, person_id)
left join borne b using (brand, person_id)
