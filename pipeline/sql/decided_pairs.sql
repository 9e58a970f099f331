-- The newest word on every pair of accounts: whether they are one person.
select account_id, with_account_id, together
from merge
anti join undone_now using (row_id)
qualify
    row_number() over (
        partition by least(account_id, with_account_id), greatest(account_id, with_account_id)
        order by written_at desc, row_id desc
    ) = 1
order by account_id, with_account_id
