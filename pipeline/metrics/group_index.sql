-- How the people of each kind, list, organisation and source feel, by month and in the recent window: one person, one voice, with the
-- band of brand_index (methods 2.3).
with said as (
    select brand, person_id, 'month' as grain, date_trunc('month', happened_at)::date as period, value
    from derived.ledger
    where counts
    union all
    select brand, person_id, 'recent', (as_of - to_days(window_days))::date, value
    from derived.ledger
    cross join derived.setting
    where counts and happened_at >= as_of - to_days(window_days)
),

person as (
    select brand, grain, period, person_id, count(*) as n, avg(value) as m
    from said
    group by all
),

-- var_samp(m) / P is the clustered variance with equal weights.
estimated as (
    select
        brand,
        what,
        name,
        grain,
        period,
        avg(m) as estimate,
        count(*) as people,
        sum(n)::bigint as mentions,
        sqrt(var_samp(m) / count(*)) as se
    from person
    join derived.group_member using (brand, person_id)
    group by all
)

select
    e.*,
    case when se is not null then greatest(-1, least(1, estimate - 1.645 * se)) end as low,
    case when se is not null then greatest(-1, least(1, estimate + 1.645 * se)) end as high,
    people < fewest_people as few
from estimated e
cross join derived.setting
order by brand, what, name, grain, period
