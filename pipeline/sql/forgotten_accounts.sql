-- The accounts in a journal of somebody who was forgotten under this salt, of whom the hashes come in.
select id
from (
    select account_id as id from change_row
    union
    select row ->> 'with_account_id' from change_row
    union
    select row ->> 'for_account' from change_row
)
where sha256($salt || 'account ' || id) in (select hash from incoming)
