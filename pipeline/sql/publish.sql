-- What the dashboard reads: derived tables, sorted as they are asked for.
-- A link to the original, and its id, name their author: they are told only where the author's name is.
create table pub.touch as
select
    l.* exclude (touch_id, conversation, reply_to, thread, account_id, url, named, salt),
    coalesce(l.value_of_people, l.positive - l.negative) as said,
    case when named then l.touch_id else left(sha256(salt || l.touch_id), 16) end as touch_id,
    left(sha256(salt || l.conversation), 16) as conversation,
    case when named then l.url end as url
from (
    select l.*, l.person_id is null or p.account_id is not null as named, (select salt from salt) as salt
    from derived.ledger l
    left join derived.person p using (brand, person_id)
) l
order by l.brand, l.happened_at;

create table pub.person as
select
    p.*,
    n.stage,
    n.since as stage_since,
    coalesce(n.strained, false) as strained,
    coalesce(n.fruit, false) as fruit,
    coalesce(v.verdict, 'not enough evidence yet') as verdict,
    v.change,
    case v.verdict when 'improving' then v.p_up when 'cooling' then v.p_down when 'steady' then v.p_same end as p_verdict,
    v.n_recent,
    v.n_before,
    coalesce(v.on_list, false) as changed,
    t.strength,
    t.reciprocity,
    t.direction,
    t.our_rate,
    t.our_asked
from derived.person p
left join derived.stage n using (brand, person_id)
left join derived.verdict v using (brand, person_id)
left join derived.tie t using (brand, person_id)
order by p.brand, p.person_id;

create table pub.work_list as
select *
from derived.work_list
order by brand, list, since;

create table pub.stage_flow as
select *
from derived.stage_flow
order by brand, month;

create table pub.debias as
select *
from derived.debias;

create table pub.response as
select *
from derived.response;

create table pub.cohort as
select *
from derived.cohort
order by brand, cohort, outcome, t;

create table pub.touches_per_outcome as
select *
from derived.touches_per_outcome
order by brand, outcome, touch;

create table pub.transition_rate as
select *
from derived.transition_rate;

-- A list or an organisation can tell who somebody is, so they are told only of people who are named.
create table pub.group_member as
select g.*
from derived.group_member g
join derived.person p using (brand, person_id)
where g.what = 'source' or p.account_id is not null
order by g.brand, g.what, g.name;

create table pub.topic_of as
select
    o.* exclude (touch_id),
    case
        when p.account_id is not null then o.touch_id
        else left(sha256((select salt from salt) || o.touch_id), 16)
    end as touch_id
from derived.topic_of o
join derived.ledger l using (brand, touch_id)
join derived.person p using (brand, person_id)
order by brand, touch_id;

create table pub.feeling_path as
select *
from derived.feeling_path
order by brand, person_id, day;

create table pub.brand_index as
select *
from derived.brand_index
order by brand, grain, period;

create table pub.volume as
select *
from derived.volume
order by brand, grain, period;

create table pub.spread as
select *
from derived.spread;

create table pub.brand as
select
    b.brand,
    b.name,
    b.brand = s.own as own,
    count(l.touch_id) as touches,
    min(l.happened_at) as first_touch,
    max(l.happened_at) as last_touch
from brand b
cross join derived.setting s
left join derived.ledger l using (brand)
group by b.brand, b.name, s.own
order by own desc nulls last, touches desc;

create table pub.meta as
select
    $now as published_at,
    $form as form,
    s.model as model,
    s.as_of as as_of,
    s.past as past,
    s.group_what || ' ' || s.group_name as only_group,
    s.entries_until as entries_until,
    (select count(*) from reject) as rejects,
    (select count(*) from mention) as mentions,
    (select count(positive) from score where model = s.model) as scored,
    (select count(language) from score where model = s.model) as unread
from derived.setting s;
