-- What a journal holds that another one, attached as kept, lacks: how many rows, the newest one's time and author.
select count(*) as many, max(written_at) as newest, arg_max(author, written_at) as author
from (
    select row_id, author, written_at
    from change_row
    anti join kept.change_row using (row_id)
    union all
    select undone_id, author, written_at
    from undone
    anti join kept.undone using (undone_id)
)
