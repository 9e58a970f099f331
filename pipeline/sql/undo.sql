-- Takes the rows of a change back, or puts them back; those that are so already are left. Where a thing was made by the change,
-- all that was said of it later goes too, and comes back if it went with it.
with taken as (
    select row_id, max(written_at) as moment
    from undone
    semi join undone_now using (row_id)
    where undone
    group by row_id
),

named as (
    select c.row_id, c.item_id, t.moment
    from change_row c
    left join taken t using (row_id)
    where $id in (c.row_id, c.change_id)
)

insert into undone by name
select
    uuid()::text as undone_id,
    c.row_id,
    $undone as undone,
    $author as author,
    $now as written_at
from change_row c
left join taken t using (row_id)
where
    (t.row_id is not null) <> $undone
    and (
        c.row_id in (select row_id from named)
        or exists (
            select 1
            from named n
            where n.row_id = n.item_id and n.item_id = c.item_id and ($undone or n.moment = t.moment)
        )
    )
