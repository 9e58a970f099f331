-- The feeling in [start, until), and its change since [before, start), without each of the three people who move that change most.
with bounds as (
    select $before::timestamp as before, $start::timestamp as start, $until::timestamp as until
),

said as (
    select l.brand, l.person_id, l.value, l.happened_at >= b.start as recent
    from touch l
    cross join bounds b
    where l.brand = $brand and l.counts and l.happened_at >= b.before and l.happened_at < b.until
),

-- From here on the metric and the read of this name are one text; it stands in pipeline/metrics.
