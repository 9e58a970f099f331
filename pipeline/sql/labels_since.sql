-- What people say of mentions as it stands, of those that somebody said something about since a moment: null where it was taken
-- back, so that the model's word counts.
select
    c.touch_id,
    n.label,
    n.drawn,
    n.author,
    n.written_at
from (
    select distinct l.touch_id
    from label l
    left join undone u using (row_id)
    where l.brand = $brand and (l.written_at > $moment or u.written_at > $moment)
) c
left join label_now n on n.brand = $brand and n.touch_id = c.touch_id
order by c.touch_id
