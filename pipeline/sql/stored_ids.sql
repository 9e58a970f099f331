select
    touch.touch_id,
    any_value(case when $by <> '' then raw.payload ->> $by end) as key
from touch
left join raw using (touch_id, brand)
where touch.source = $source
group by touch.touch_id
order by min(touch.stored_at), touch.touch_id
