-- Mentions to label, drawn at random among all that count, or among those of some days; what was drawn is not drawn again. One
-- that has a label of another reason may be: leaving it out would bend the sample.
select l.touch_id as id, l.happened_at, l.source, l.text, null::text as label
from derived.ledger l
left join derived.label b using (brand, touch_id)
where
    l.brand = $brand
    and l.counts
    and l.value_of_model is not null -- what somebody told us in a call was not scored
    and l.text <> ''
    and not coalesce(b.drawn, false)
    and l.happened_at >= coalesce($start::timestamp, timestamp '1900-01-01')
    and l.happened_at < coalesce($until::timestamp, timestamp '2900-01-01')
order by hash(l.touch_id || $seed)
limit $many
