-- Takes the rows of a change back, or puts them back; those that are so already are left.
insert into undone by name
select
    uuid()::text as undone_id,
    c.row_id,
    $undone as undone,
    $author as author,
    $now as written_at
from change_row c
where $id in (c.row_id, c.change_id) and (c.row_id in (from undone_now)) <> $undone
