-- The person-weighted feeling in [start, until) and in [before, start), each with its person-clustered standard
-- error, and their difference. A person heard in both periods is one cluster of the difference. The band of
-- the level also holds how far the model puts it off; a change does not need it, since both sides share it.
with m as (
    select person_id, source, happened_at >= $start as recent, value
    from touch
    where brand = $brand and counts and happened_at < $until and happened_at >= $before
),

p as (
    select
        person_id,
        avg(value) filter (where recent) as m1,
        avg(value) filter (where not recent) as m0,
        count(*) filter (where recent) as n1
    from m
    group by person_id
),

s as (
    select
        avg(m1) as now,
        avg(m0) as before,
        count(m1) as people,
        count(m0) as people_before,
        count(*) as people_either,
        sum(m1 * n1) / nullif(sum(n1), 0) as post,
        sum(n1) as posts
    from p
),

v as (
    select
        student(any_value(s.people)) * sqrt(sum((p.m1 - s.now) ** 2) / any_value(s.people * nullif(s.people - 1, 0))) as se,
        student(any_value(s.posts) ** 2 / sum(p.n1 ** 2)) * sqrt(sum((p.n1 * (p.m1 - s.post) / nullif(s.posts - p.n1, 0)) ** 2) * any_value((s.people - 1) / s.people)) as se_post,
        student(any_value(s.people_before)) * sqrt(sum((p.m0 - s.before) ** 2) / any_value(s.people_before * nullif(s.people_before - 1, 0))) as se_before,
        student(any_value(least(s.people, s.people_before))) * sqrt(
            sum((coalesce((p.m1 - s.now) / s.people, 0) - coalesce((p.m0 - s.before) / s.people_before, 0)) ** 2)
            * any_value(s.people_either / nullif(s.people_either - 1, 0))
        ) as se_change
    from p
    cross join s
),

c as (
    select coalesce(sum(d.sd * n.mentions) / sum(n.mentions), 0) as sd_model
    from (select source, count(*) as mentions from m where recent group by source) n
    left join (select source, sd from debias where brand = $brand) d using (source)
)

select
    case when s.people > 0 then greatest(-1, least(1, s.now)) end as now,
    v.se,
    case when v.se is not null then greatest(-1, least(1, s.now - 1.645 * sqrt(v.se ** 2 + c.sd_model ** 2))) end as low,
    case when v.se is not null then greatest(-1, least(1, s.now + 1.645 * sqrt(v.se ** 2 + c.sd_model ** 2))) end as high,
    s.before,
    v.se_before,
    s.now - s.before as change,
    case when s.people > 1 and s.people_before > 1 then v.se_change end as se_change,
    s.people,
    s.people_before,
    (select count(*) from m where recent) as mentions,
    (select count(*) from m where not recent) as mentions_before,
    case when s.people > 0 then greatest(-1, least(1, s.post)) end as post_now,
    case when s.people > 1 then greatest(-1, least(1, s.post - 1.645 * sqrt(v.se_post ** 2 + c.sd_model ** 2))) end as post_low,
    case when s.people > 1 then greatest(-1, least(1, s.post + 1.645 * sqrt(v.se_post ** 2 + c.sd_model ** 2))) end as post_high
from s
cross join v
cross join c
