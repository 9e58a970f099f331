-- What `finish` takes the last full calendar month apart with, against the month before: what each person said, by everything that
-- a change can be split by. The read of the same name asks the same of any two periods.
with bounds as (
    select until - interval 2 month as before, until - interval 1 month as start, until
    from (select date_trunc('month', as_of) as until from derived.setting)
),

said as (
    select l.brand, l.touch_id, l.person_id, l.source, l.value, l.happened_at >= b.start as recent
    from derived.ledger l
    cross join bounds b
    where l.counts and l.happened_at >= b.before and l.happened_at < b.until
),

belongs as (
    select brand, person_id, what, name
    from derived.group_member
    where what in ('kind', 'list', 'organisation')
),

about as (
    select brand, touch_id, topic
    from derived.topic_of
),

-- From here on the metric and the read of this name are one text; it stands in pipeline/metrics.
person as (
    select brand, person_id, recent, count(*) as mentions, sum(value) as total
    from said
    group by all
),

-- Who belongs to several of one sort, or speaks of several topics, counts for each of them in equal parts. What a brand does
-- not use (no lists, no topics) is no dimension.
member as (
    select
        p.brand,
        p.person_id,
        w.what,
        coalesce(b.name, 'no ' || w.what) as name,
        1 / count(*) over (partition by p.brand, p.person_id, w.what) as part
    from (select distinct brand, person_id from said) p
    join (select distinct brand, what from belongs) w using (brand)
    left join belongs b on b.brand = p.brand and b.person_id = p.person_id and b.what = w.what
),

topic as (
    select
        s.*,
        coalesce(a.topic::text, 'other') as topic,
        1 / count(*) over (partition by s.brand, s.touch_id) as part
    from said s
    left join about a using (brand, touch_id)
    where s.brand in (select brand from about)
)

select brand, 'person' as dimension, person_id as key, person_id, recent, mentions, mentions::double as weight, total
from person
union all
select brand, 'source', source, person_id, recent, count(*), count(*), sum(value)
from said
group by all
union all
select p.brand, m.what, m.name, p.person_id, p.recent, p.mentions, p.mentions * m.part, p.total * m.part
from person p
join member m using (brand, person_id)
union all
select brand, 'topic', topic, person_id, recent, count(*), sum(part), sum(value * part)
from topic
group by all
order by brand, dimension, key, person_id, recent
