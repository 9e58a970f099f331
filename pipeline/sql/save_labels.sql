-- A label is for a mention that is there; what is already the newest word is not written again.
insert into label by name
select
    i.label_id,
    i.brand,
    i.touch_id,
    i.label,
    $drawn as drawn,
    $author as author,
    $now as written_at
from incoming i
where not exists (
    select 1
    from (
        select label, drawn
        from label
        where brand = i.brand and touch_id = i.touch_id
        order by written_at desc, label_id desc
        limit 1
    ) newest
    where newest.label is not distinct from i.label and newest.drawn = $drawn
)
