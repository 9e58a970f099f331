-- How the people of each group felt in the days that count as recent, [start, until): everybody first, then sort by sort, the largest
-- group first. The band holds how far the model puts the level off, too.
select
    g.what,
    g.name,
    greatest(-1, least(1, g.estimate)) as now,
    g.low_level as low,
    g.high_level as high,
    g.people,
    g.mentions,
    g.period as start,
    (m.as_of - interval 1 microsecond)::date + 1 as until
from group_index g
cross join meta m
where g.brand = $brand
order by g.what <> 'everybody', g.what, g.people desc, g.name
