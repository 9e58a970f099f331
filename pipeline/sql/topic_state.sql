-- How each brand stands with its topics: mentions that were read, how many of them wait for a place and how many are of no
-- topic; whether topics were looked for, and how many were of none then.
select
    m.brand,
    count(*) as mentions,
    count(*) filter (where c.touch_id is null) as waiting,
    count(*) filter (where c.touch_id is not null and c.cluster is null) as others,
    any_value(l.looked_at) is not null as looked,
    any_value(l.others) as others_then
from mention m
join score s on s.touch_id = m.touch_id and s.brand = m.brand and s.model = $scored_by and s.positive is not null
left join cluster_of c on c.touch_id = m.touch_id and c.brand = m.brand and c.model = $model
left join cluster_look l on l.brand = m.brand and l.model = $model
group by m.brand
order by m.brand
