-- Takes a fruit back: its newest row once more, withdrawn. Adds nothing where there is none, or where it was taken back before.
insert into fruit by name
select
    newest.* replace ($row_id as row_id, true as withdrawn, $author as author, $written_at as written_at)
from (
    select *
    from fruit
    where fruit_id = $fruit_id
    order by written_at desc, row_id desc
    limit 1
) newest
where not newest.withdrawn
