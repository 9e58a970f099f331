-- Whoever has no touch left is not kept either, but for those of whom people typed something.
select account_id
from account
where
    account_id in (select account_id from incoming)
    and account_id not in (select unnest($written::text[]))
    and not exists (select 1 from touch where touch.account_id = account.account_id)
