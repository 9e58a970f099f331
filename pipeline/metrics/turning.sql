-- The weekly person-weighted series in which `finish` looks back for turning points, and who spoke in each week.
select
    l.brand,
    date_trunc('week', l.happened_at)::date as week,
    i.estimate,
    i.se / student(i.people) as se, -- the plain one: `finish` draws those of few people to the others'
    i.people,
    list(distinct hash(l.person_id)) as persons
from derived.ledger l
join derived.brand_index i on
    i.brand = l.brand
    and i.period = date_trunc('week', l.happened_at)::date
    and i.grain = 'week'
    and i.weighting = 'person'
where l.counts
group by all
order by l.brand, week
