-- How many rows of each kind a journal holds, and when the newest was typed.
select what, count(*) as many, max(written_at) as newest
from (
    select what, written_at from change_row
    union all
    select 'undone', written_at from undone
)
group by what
order by what
