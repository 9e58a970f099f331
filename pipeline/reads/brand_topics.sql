-- What people say of every brand in the same days, topic by topic, and what those who speak of it feel: the metric `topic` over any
-- days. Each person has one voice, spread over what they said; a mention of several topics counts for each in equal
-- parts, and what has none, such as a feeling stated in a call, for 'other'.
with m as (
    select
        brand,
        touch_id,
        person_id,
        value,
        1 / count(*) over (partition by brand, person_id)::double as voice
    from touch
    where counts and happened_at >= $start and happened_at < $until
),

said as (
    select m.*, coalesce(t.topic, 'other') as topic, 1 / count(*) over (partition by m.brand, m.touch_id)::double as part
    from m
    left join topic_of t using (brand, touch_id)
    where m.brand in (select brand from topic_of)
),

total as (
    select brand, count(distinct person_id) as all_people
    from m
    group by brand
),

person as (
    select
        brand,
        topic,
        person_id,
        count(*) as mentions,
        sum(voice * part) as w,
        sum(voice * part * value) / sum(voice * part) as mean
    from said
    group by all
),

level as (
    select
        brand,
        topic,
        sum(mentions)::bigint as mentions,
        count(*) as people,
        sum(w) as w,
        sum(w * mean) / sum(w) as feeling
    from person
    group by all
),

error as (
    select
        brand,
        topic,
        student(any_value(l.w * l.w) / sum(p.w * p.w)) * sqrt(
            sum((p.w * (p.mean - l.feeling) / nullif(l.w - p.w, 0)) ** 2) * any_value((l.people - 1) / l.people)
        ) as se
    from person p
    join level l using (brand, topic)
    group by all
)

select
    l.brand,
    l.topic,
    l.w / t.all_people as share,
    greatest(-1, least(1, l.feeling)) as feeling,
    case when e.se is not null then greatest(-1, least(1, l.feeling - 1.645 * e.se)) end as low,
    case when e.se is not null then greatest(-1, least(1, l.feeling + 1.645 * e.se)) end as high,
    l.people,
    l.mentions
from level l
join error e using (brand, topic)
join total t using (brand)
order by l.brand, share desc, l.topic
