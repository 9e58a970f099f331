-- The conversation of a message; a message without one stands alone.
select t.*, coalesce(p.name, 'nobody in particular') as name
from touch t
left join person p using (brand, person_id)
where
    t.brand = $brand
    and coalesce(t.conversation, t.touch_id) = (
        select coalesce(conversation, touch_id)
        from touch
        where brand = $brand and touch_id = $touch
    )
order by t.happened_at, t.touch_id
