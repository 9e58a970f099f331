-- What pipeline.metrics.why takes the change from [before, start) to [start, until) apart with: what each person said, by
-- everything that a change can be split by.
with bounds as (
    select $before::timestamp as before, $start::timestamp as start, $until::timestamp as until
),

said as (
    select l.brand, l.touch_id, l.person_id, l.source, l.value, l.happened_at >= b.start as recent
    from touch l
    cross join bounds b
    where l.brand = $brand and l.counts and l.happened_at >= b.before and l.happened_at < b.until
),

belongs as (
    select brand, person_id, what, name
    from group_member
    where what in ('kind', 'list', 'organisation')
),

about as (
    select brand, touch_id, topic
    from topic_of
),

-- From here on the metric and the read of this name are one text; it stands in pipeline/metrics.
