-- What people talk about, month by month, and what those who talk about it feel. A mention of several topics counts for each in
-- equal parts, and what has none, such as a feeling stated in a call, for 'other'; with weights 1 / (people x n_i) the shares of a
-- month sum to 1, and share x feeling to the person-weighted index.
with m as (
    select
        l.brand,
        date_trunc('month', l.happened_at)::date as month,
        l.touch_id,
        l.person_id,
        l.value,
        1 / count(*) over (partition by l.brand, l.person_id, date_trunc('month', l.happened_at))::double as voice
    from derived.ledger l
    where l.counts
),

said as (
    select m.*, coalesce(t.topic, 'other') as topic, 1 / count(*) over (partition by m.brand, m.touch_id)::double as part
    from m
    left join derived.topic_of t using (brand, touch_id)
    where m.brand in (select brand from derived.topic_of)
),

total as (
    select brand, month, count(*) as mentions, count(distinct person_id) as people
    from m
    group by all
),

person as (
    select
        brand,
        month,
        topic,
        person_id,
        count(*) as mentions,
        sum(part) as parts,
        sum(voice * part) as w,
        sum(voice * part * value) / sum(voice * part) as mean
    from said
    group by all
),

level as (
    select
        brand,
        month,
        topic,
        sum(mentions)::bigint as mentions,
        count(*) as people,
        sum(parts) as parts,
        sum(w) as w,
        sum(w * mean) / sum(w) as feeling
    from person
    group by all
),

e as (
    select
        brand,
        month,
        topic,
        student(any_value(l.w * l.w) / sum(p.w * p.w))
        * sqrt(sum((p.w * (p.mean - l.feeling) / nullif(l.w - p.w, 0)) ** 2) * any_value((l.people - 1) / l.people)) as se
    from person p
    join level l using (brand, month, topic)
    group by all
)

select
    l.brand,
    l.month,
    l.topic,
    l.mentions,
    l.people,
    l.parts / t.mentions as share_of_mentions,
    l.w / t.people as share,
    l.feeling,
    e.se,
    l.feeling - 1.645 * e.se as low,
    l.feeling + 1.645 * e.se as high,
    l.people < s.fewest_people as few
from level l
join e using (brand, month, topic)
join total t using (brand, month)
cross join derived.setting s
