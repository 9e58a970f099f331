-- One page of the messages that fit, newest first, or those closest in meaning first. What people say of them since the file was
-- published counts for the filters, too. Words come as needles.sql spells them. `of_x`: whether one of all is of X.
with since as (
    select unnest($since_ids::text[]) as touch_id, unnest($since_labels::text[]) as label
),

near as (
    select unnest($alike::text[]) as touch_id, unnest(range(len($alike::text[]))) as place
),

said as (
    select
        t.rowid as row,
        t.happened_at,
        t.touch_id,
        t.person_id,
        case when s.touch_id is null then t.label else coalesce(s.label, t.label_of_model) end as label,
        case when s.touch_id is null then t.label_of_people is not null else s.label is not null end as labelled,
        t.doubtful,
        t.unread,
        t.positive,
        t.direction,
        t.counts,
        t.source,
        n.place
    from touch t
    left join since s using (touch_id)
    left join near n using (touch_id)
    where
        t.brand = $brand
        and t.text <> ''
        and t.happened_at >= $start
        and t.happened_at < $until
        and (not $by_meaning or n.place is not null)
        and (len($sources) = 0 or list_contains($sources, t.source))
        and (len($kinds) = 0 or list_contains($kinds, t.kind))
        and ($direction = 'both' or t.direction = $direction)
        and len(list_filter($words::text[], lambda x: not contains(t.spelt, x))) = 0
        and len(list_filter($signs::text[], lambda x: not contains(t.text, x))) = 0
        and len(list_filter($without_words::text[], lambda x: contains(t.spelt, x))) = 0
        and len(list_filter($without_signs::text[], lambda x: contains(t.text, x))) = 0
),

fit as materialized (
    select row, happened_at, touch_id, source, place
    from said
    where
        (len($labels) = 0 or list_contains($labels, label))
        and case $state
            when 'counted' then counts
            when 'doubtful' then doubtful and not labelled
            when 'labelled' then labelled
            when 'not labelled' then direction = 'in' and not labelled
            when 'not read' then unread is not null
            else true
        end
        and (
            len($topics) = 0
            or touch_id in (select touch_id from topic_of where brand = $brand and list_contains($topics, topic))
        )
        and (len($stages) = 0 or person_id in (select person_id from person where brand = $brand and list_contains($stages, stage)))
        and (
            len($groups) = 0
            or person_id in (select person_id from group_member where brand = $brand and list_contains($groups, what || ': ' || name))
        )
),

page as (
    select row, place
    from fit
    order by place nulls last, happened_at desc, touch_id desc
    limit $many
    offset $skip
)

select
    t.touch_id,
    t.conversation,
    t.person_id,
    coalesce(p.name, 'nobody in particular') as name,
    t.source,
    t.direction,
    t.kind,
    t.happened_at,
    t.text,
    t.url,
    t.label,
    t.label_of_people,
    t.label_of_model,
    t.said,
    t.negative,
    t.positive,
    t.confidence,
    t.doubtful,
    t.unread,
    t.rule,
    (select count(*) from fit) as found,
    (select bool_or(source = 'x') from fit) as of_x
from page g
join touch t on t.rowid = g.row
left join person p using (brand, person_id)
order by g.place nulls last, t.happened_at desc, t.touch_id desc
