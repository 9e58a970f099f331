-- The newest changes, of everybody or of some accounts: up to three of their rows, and whether all of them were taken back.
with numbered as (
    select
        *,
        row_number() over (partition by what, item_id order by written_at, row_id) = 1 as first,
        row_id in (from undone_now) as undone,
        len($accounts) = 0
        or list_contains($accounts, account_id)
        or list_contains($accounts, coalesce(row ->> 'with_account_id', row ->> 'for_account')) as asked
    from change_row
),

taken as (
    select row_id, arg_max(author, written_at) as undone_by, max(written_at) as undone_at
    from undone
    where undone
    group by row_id
)

select
    n.change_id,
    max(n.written_at) as written_at,
    any_value(n.author) as author,
    max(n.brand) as brand,
    count(*) as many,
    (list({what: n.what, first: n.first, row: n.row} order by n.asked desc, n.what, n.row_id))[:3] as rows,
    bool_and(n.undone) as undone,
    case when bool_and(n.undone) then arg_max(t.undone_by, t.undone_at) end as undone_by,
    case when bool_and(n.undone) then max(t.undone_at) end as undone_at
from numbered n
left join taken t using (row_id)
group by n.change_id
having bool_or(n.asked) and coalesce(max(n.brand), $brand, '') = coalesce($brand, max(n.brand), '')
order by written_at desc, n.change_id
limit $many
