-- How far each stream was read, with what it took in a month.
select
    c.source,
    c.stream,
    c.brand,
    c.since,
    c.newest,
    c.reached,
    c.updated_at,
    coalesce(f.requests, 0) as requests,
    coalesce(f.records, 0) as records,
    coalesce(f.cost, 0) as cost
from cursor c
left join fetched f on f.source = c.source and f.stream = c.stream and f.month = $month::date
order by c.source, c.stream, c.brand
