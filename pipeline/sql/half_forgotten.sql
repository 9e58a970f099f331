-- Accounts that were forgotten, and are still there.
select account_id
from account
where sha256((select salt from salt) || 'account ' || account_id) in (select hash from forgotten)
