-- What conversations with a brand can be narrowed by, with the messages or people that each choice has.
select 'topic' as what, topic as name, count(*) as many
from topic_of
where brand = $brand
group by topic
union all
select 'kind', kind, count(*)
from touch
where brand = $brand and text <> ''
group by kind
union all
select 'source', source, count(*)
from touch
where brand = $brand
group by source
union all
select 'stage', stage, count(*)
from person
where brand = $brand and stage is not null
group by stage
union all
select 'group', what || ': ' || name, count(*)
from group_member
where brand = $brand and what <> 'source'
group by what, name
order by what, many desc, name
