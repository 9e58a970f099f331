-- What they talk about, and how often each way; a message of several topics is one of each.
select
    o.topic,
    count(*) as mentions,
    count(*) filter (where t.label = 'positive') as positive,
    count(*) filter (where t.label = 'negative') as negative,
    max(t.happened_at) as last_at
from touch t
join topic_of o using (brand, touch_id)
where t.brand = $brand and t.person_id = $person
group by o.topic
order by mentions desc, o.topic
