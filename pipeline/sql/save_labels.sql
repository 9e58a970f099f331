-- What is already the newest word on a mention is not written again.
insert into label by name
select
    i.row_id,
    $change_id as change_id,
    i.brand,
    i.touch_id,
    i.label,
    $drawn as drawn,
    $author as author,
    $now as written_at
from incoming i
left join label_now n using (brand, touch_id)
where n.row_id is null or n.label is distinct from i.label or ($drawn and not n.drawn)
