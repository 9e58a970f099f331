-- The person-weighted series that `finish` smooths and watches, and the three people who move each of its points most.
with p as (
    select
        brand,
        g.grain,
        date_trunc(g.grain, happened_at)::date as period,
        person_id,
        avg(value) as m
    from derived.ledger
    cross join (values ('week'), ('month')) g (grain)
    where counts
    group by all
),

loudest as (
    select p.brand, p.grain, p.period, p.person_id, p.m
    from p
    join derived.brand_index i on
        i.brand = p.brand and i.grain = p.grain and i.period = p.period and i.weighting = 'person'
    qualify row_number() over (partition by p.brand, p.grain, p.period order by abs(p.m - i.estimate) desc, p.person_id) <= 3
),

l as (
    select
        brand,
        grain,
        period,
        list(person_id order by person_id) as loudest,
        list(m order by person_id) as their_means
    from loudest
    group by all
)

select
    i.brand,
    i.grain,
    i.period,
    i.estimate,
    i.se / student(i.people) as se, -- the plain one: `finish` draws those of few people to the others'
    i.people,
    i.mentions,
    -- One that is still running would be asked anew at each refresh, and raise more alerts than the budget has.
    i.period + if(i.grain = 'week', interval 7 day, interval 1 month) <= s.as_of as whole,
    l.loudest,
    l.their_means
from derived.brand_index i
cross join derived.setting s
join l using (brand, grain, period)
where i.weighting = 'person'
order by i.brand, i.grain, i.period
