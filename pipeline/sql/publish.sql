-- What the dashboard reads: derived tables, sorted as they are asked for.
-- A link to the original, and its id, name their author: they are told only where the author's name is. spelt: the text as words are
-- looked for in it, in small letters without accents and signs.
create table pub.touch as
select
    l.* exclude (touch_id, conversation, reply_to, thread, account_id, main_account_id, url, told_account),
    coalesce(l.value_of_people, l.positive - l.negative) as said,
    told_touch_id(l.touch_id, l.told_account, l.person_id, l.direction) as touch_id,
    told_id(l.conversation) as conversation,
    case when told_by_name(l.told_account, l.person_id, l.direction) then l.url end as url,
    ' ' || trim(regexp_replace(strip_accents(lower(l.text)), '[^\pL\pM\pN]+', ' ', 'g')) as spelt
from (
    select l.*, p.account_id as told_account
    from told_ledger l
    left join told_person p using (brand, person_id)
) l
order by l.brand, l.happened_at;

create table pub.person as
select
    p.*,
    n.stage,
    greatest(n.since, p.first_touch::date) as stage_since, -- a month begins before the touch with which it began
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
    t.our_asked,
    r.mean_gap_days,
    r.silence_days,
    r.p_alive,
    coalesce(g.tags, []) as tags
from told_person p
left join derived.stage n using (brand, person_id)
left join derived.verdict v using (brand, person_id)
left join derived.tie t using (brand, person_id)
left join derived.rhythm r using (brand, person_id)
left join (
    select brand, person_id, list(name order by name) as tags
    from derived.group_member
    where what = 'list'
    group by brand, person_id
) g on g.brand = p.brand and g.person_id = p.person_id and p.account_id is not null
order by p.brand, p.person_id;

create table pub.work_list as
select * replace (told_id(thread) as thread)
from derived.work_list
where $people <> 'aggregate'
order by brand, list, since;

-- The months from which on somebody was at another stage than before.
create table pub.stage_history as
select
    brand,
    person_id,
    greatest(m.month, p.first_touch::date) as month,
    m.stage
from derived.stage_month m
join derived.person p using (brand, person_id)
where $people <> 'aggregate'
qualify lag(stage) over (partition by brand, person_id order by month) is distinct from stage
order by brand, person_id, month;

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

create table pub.retention as
select *
from derived.retention;

create table pub.fruit_rate as
select *
from derived.fruit_rate;

create table pub.referral as
select
    * replace (
        case when getvariable('people') = 'aggregate' then told_id(fruit_id) else fruit_id end as fruit_id,
        told_at(happened_at) as happened_at,
        told_who(from_person_id) as from_person_id,
        told_who(to_person_id) as to_person_id,
        told_who(root_person_id) as root_person_id
    )
from derived.referral;

create table pub.repair_rate as
select *
from derived.repair_rate;

create table pub.log_rank as
select *
from derived.log_rank;

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

-- The accounts of people who are told by name; alone_id: who an account would be by itself, and was before it was merged.
create table pub.person_account as
select
    p.brand,
    p.person_id,
    r.account_id,
    r.account_id = p.account_id as main,
    left(sha256((select salt from salt) || p.brand || r.account_id), 16) as alone_id,
    r.source,
    r.role,
    r.handle,
    r.name,
    r.link,
    r.email,
    r.verified
from told_person p
left join derived.identity i on i.main_account_id = p.account_id
join derived.role r on r.account_id = coalesce(i.account_id, p.account_id)
order by p.brand, p.person_id, main desc, r.account_id;

-- Why they are one person; change_id is what undoes it.
create table pub.person_merge as
select
    p.brand,
    p.person_id,
    m.account_id,
    m.with_account_id,
    m.reason,
    m.author,
    m.written_at,
    m.change_id
from derived.merge m
join derived.identity i using (account_id)
join told_person p on p.account_id = i.main_account_id
order by p.brand, p.person_id, m.written_at;

-- A list or an organisation can tell who somebody is, so they are told only of people who are named.
create table pub.group_member as
select g.*
from derived.group_member g
join told_person p using (brand, person_id)
where g.what = 'source' or p.account_id is not null
order by g.brand, g.what, g.name;

-- How groups feel in the recent window. Kinds, lists and organisations are lists of single people: they are told where people are
-- named, and those of a few only where each of them is, since what a small list is called can tell who spoke.
create table pub.group_index as
select
    g.brand,
    g.what,
    g.name,
    g.period,
    g.estimate,
    g.low_level,
    g.high_level,
    g.people,
    g.mentions
from derived.group_index g
left join (
    select m.brand, m.what, m.name, bool_and(p.account_id is not null) as named
    from derived.group_member m
    join derived.person p using (brand, person_id)
    group by all
) n on n.brand = g.brand and n.what = g.what and n.name = g.name
where
    g.grain = 'recent'
    and (g.what in ('everybody', 'source') or ($people = 'named' and (g.people >= $fewest or n.named)))
order by g.brand, g.what, g.people desc, g.name;

create table pub.topic_of as
select
    o.* exclude (touch_id),
    told_touch_id(o.touch_id, p.account_id, l.person_id, l.direction) as touch_id
from derived.topic_of o
join derived.ledger l using (brand, touch_id)
left join told_person p using (brand, person_id)
order by brand, touch_id;

-- What mentions mean, where they are told at all, newest first: those that mean alike lie close together.
create table pub.vector as
select
    v.brand,
    v.model,
    t.touch_id,
    v.vector
from (
    select
        l.brand,
        l.text,
        l.happened_at,
        told_touch_id(l.touch_id, p.account_id, l.person_id, l.direction) as touch_id
    from derived.ledger l
    left join told_person p using (brand, person_id)
) t
join text_vector v on v.brand = t.brand and v.digest = md5(t.text)
semi join pub.touch s on s.brand = t.brand and s.touch_id = t.touch_id
where $people <> 'aggregate'
order by v.brand, t.happened_at desc;

create table pub.audit as
select *
from derived.audit
order by brand, month;

create table pub.feeling_path as
select *
from derived.feeling_path
where $people <> 'aggregate'
order by brand, person_id, day;

create table pub.brand_index as
select *
from derived.brand_index
order by brand, grain, period;

-- What is out of the ordinary in the index: without the weeks and months in which nothing was.
create table pub.alert as
select * replace (told_who(one_person) as one_person)
from derived.trend
where shock or drift
order by brand, period;

create table pub.turning as
select *
from derived.turning
order by brand, week;

create table pub.share_of_voice as
select *
from derived.share_of_voice
order by panel, month, brand;

create table pub.beside as
select *
from derived.beside
order by brand, target;

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
    max(l.happened_at) as last_touch,
    max(l.happened_at) filter (where l.touch_id not like 'journal:%') as last_collected
from brand b
cross join derived.setting s
left join derived.ledger l using (brand)
group by b.brand, b.name, s.own
order by own desc nulls last, touches desc;

create table pub.meta as
select
    $now as published_at,
    $form as form,
    $people as people,
    s.model as model,
    s.as_of as as_of,
    s.past as past,
    s.group_what || ' ' || s.group_name as only_group,
    s.entries_until as entries_until,
    s.fewest_people as fewest_people,
    s.answer_hours as answer_hours,
    s.window_days as window_days,
    (select count(*) from reject) as rejects,
    (select count(*) from mention anti join derived.own using (touch_id, brand)) as mentions,
    (select count(positive) from score anti join derived.own using (touch_id, brand) where model = s.model) as scored,
    (select count(language) from score anti join derived.own using (touch_id, brand) where model = s.model) as unread
from derived.setting s;
