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
    t.label,
    t.said,
    t.confidence,
    count(*) over () as found
from touch t
left join person p using (brand, person_id)
where
    t.brand = $brand
    and t.text <> ''
    and t.happened_at >= $start
    and t.happened_at < $until
    and ($search = '' or contains(lower(t.text), lower($search)))
    and (len($sources) = 0 or list_contains($sources, t.source))
    and (len($labels) = 0 or list_contains($labels, t.label))
    and ($direction = 'both' or t.direction = $direction)
order by t.happened_at desc, t.touch_id desc
limit $many
offset $skip
