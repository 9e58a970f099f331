-- Offline touches with some accounts as they stand, of those that somebody said something about since a moment.
select *
from entry_now
where
    brand = $brand
    and list_contains($accounts, account_id)
    and entry_id in (
        select e.entry_id
        from entry e
        left join undone u using (row_id)
        where e.written_at > $moment or u.written_at > $moment
    )
order by happened_at, entry_id
