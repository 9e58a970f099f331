-- Weeks and months that were out of the ordinary, the newest first; one_person: without whom they would not have been.
select
    a.grain,
    a.period,
    a.shock,
    a.drift,
    greatest(-1, least(1, a.estimate)) as estimate,
    case when a.se is not null then greatest(-1, least(1, a.estimate - 1.645 * a.se)) end as low,
    case when a.se is not null then greatest(-1, least(1, a.estimate + 1.645 * a.se)) end as high,
    a.z,
    a.change,
    a.survives,
    a.one_person,
    p.name,
    p.source,
    a.people,
    a.mentions
from alert a
left join person p on p.brand = a.brand and p.person_id = a.one_person
where a.brand = $brand and a.period >= $start and a.period < $until
order by a.period desc, a.grain
