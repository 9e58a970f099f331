-- What the dashboard reads: derived tables, sorted as they are asked for.
-- A link to the original names its author, so it is told only where the author's name is.
create table pub.touch as
select
    l.* exclude (account_id, url),
    case when l.person_id is null or p.account_id is not null then l.url end as url
from derived.ledger l
left join derived.person p using (brand, person_id)
order by l.brand, l.happened_at;

create table pub.person as
select *
from derived.person
order by brand, person_id;

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
    s.entries_until as entries_until,
    (select count(*) from reject) as rejects,
    (select count(*) from mention) as mentions,
    (select count(positive) from score where model = s.model) as scored,
    (select count(language) from score where model = s.model) as unread
from derived.setting s;
