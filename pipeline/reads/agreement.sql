-- How the model's labels and those of people go together, month by month, on mentions that were drawn at random; those that were
-- written since the file was published are in it.
with since as (
    select unnest($since_ids::text[]) as touch_id, unnest($since_labels::text[]) as label, unnest($since_drawn::boolean[]) as drawn
)

select
    date_trunc('month', t.happened_at) as month,
    case when s.touch_id is null then t.label_of_people else s.label end as people,
    t.label_of_model as model,
    count(*) as mentions
from touch t
left join since s using (touch_id)
where
    t.brand = $brand
    and t.counts
    and t.label_of_model is not null
    and coalesce(s.drawn, t.drawn)
    and case when s.touch_id is null then t.label_of_people else s.label end is not null
group by all
order by month, people, model
