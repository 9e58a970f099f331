-- Whether an account was ever typed anything about, even if that was taken back since: `redo` could bring it again.
select 1 as found
from change_row
where $account_id in (account_id, row ->> 'with_account_id', row ->> 'for_account')
limit 1
