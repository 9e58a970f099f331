-- How the people of each kind, list, organisation and source feel, and everybody beside them, by month and in the recent window: one
-- person, one voice, with the bands of brand_index.
with said as (
    select brand, person_id, source, 'month' as grain, date_trunc('month', happened_at)::date as period, value
    from derived.ledger
    where counts
    union all
    select brand, person_id, source, 'recent', (as_of - to_days(window_days))::date, value
    from derived.ledger
    cross join derived.setting
    where counts and happened_at >= as_of - to_days(window_days)
),

person as (
    select
        s.brand,
        s.grain,
        s.period,
        s.person_id,
        count(*) as n,
        avg(s.value) as m,
        avg(coalesce(d.sd, 0)) as sd_model
    from said s
    left join derived.debias d on d.brand = s.brand and d.source = s.source
    group by all
),

member as (
    select brand, person_id, what, name
    from derived.group_member
    union all
    select distinct brand, person_id, 'everybody', 'everybody'
    from person
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
        student(count(*)) * sqrt(var_samp(m) / count(*)) as se,
        avg(sd_model) as sd_model
    from person
    join member using (brand, person_id)
    group by all
)

select
    e.*,
    case when se is not null then greatest(-1, least(1, estimate - 1.645 * se)) end as low,
    case when se is not null then greatest(-1, least(1, estimate + 1.645 * se)) end as high,
    case when se is not null then greatest(-1, least(1, estimate - 1.645 * sqrt(se ** 2 + sd_model ** 2))) end as low_level,
    case when se is not null then greatest(-1, least(1, estimate + 1.645 * sqrt(se ** 2 + sd_model ** 2))) end as high_level,
    people < fewest_people as few
from estimated e
cross join derived.setting
order by brand, what, name, grain, period
