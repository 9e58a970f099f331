-- Of those who first spoke in a quarter, who spoke again in the m-th 30 days after it: only people whose m-th 30 days are over.
with person as (
    select
        brand,
        person_id,
        cohort,
        first_in,
        date_sub('day', first_in, as_of) // 30 - 1 as last_month
    from derived.journey
    cross join derived.setting
    where first_in is not null
),

ended as (
    select brand, coalesce(cohort, 'all') as cohort, last_month, count(*) as people
    from person
    group by grouping sets ((brand, cohort, last_month), (brand, last_month))
),

old_enough as (
    select brand, cohort, month, sum(people) as people
    from (
        select brand, cohort, people, unnest(range(1, last_month + 1)) as month
        from ended
    )
    group by all
),

spoke as (
    select distinct
        p.brand,
        p.person_id,
        p.cohort,
        date_sub('day', p.first_in, l.happened_at) // 30 as month
    from person p
    join derived.ledger l using (brand, person_id)
    where
        l.direction = 'in'
        and l.kind not in ('note', 'like', 'repost')
        and date_sub('day', p.first_in, l.happened_at) // 30 between 1 and p.last_month
),

active as (
    select brand, coalesce(cohort, 'all') as cohort, month, count(*) as active
    from spoke
    group by grouping sets ((brand, cohort, month), (brand, month))
),

rate as (
    select
        o.brand,
        o.cohort,
        o.month,
        o.people::bigint as people,
        coalesce(a.active, 0) as active,
        coalesce(a.active, 0) / o.people as p,
        1.645 ** 2 / o.people as z2,
        o.people >= s.fewest_people as enough
    from old_enough o
    left join active a using (brand, cohort, month)
    cross join derived.setting s
)

select
    brand,
    cohort,
    month,
    people,
    active,
    case when enough then p end as retained,
    case when enough then (p + z2 / 2 - sqrt(z2 * (p * (1 - p) + z2 / 4))) / (1 + z2) end as low,
    case when enough then (p + z2 / 2 + sqrt(z2 * (p * (1 - p) + z2 / 4))) / (1 + z2) end as high
from rate
order by brand, cohort, month
