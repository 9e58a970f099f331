select
    touch.touch_id,
    any_value(case when $by <> '' then raw.payload ->> $by end) as key
from touch
left join raw using (touch_id, brand)
where
    touch.source = $source
    and touch.brand not in (select unnest($without::text[]))
    -- A private message can be looked up only where its raw record says how; an archive's cannot, and is not to be asked for.
    and (touch.kind <> 'message' or ($by <> '' and (raw.payload ->> $by) is not null))
group by touch.touch_id
order by min(touch.stored_at), touch.touch_id
