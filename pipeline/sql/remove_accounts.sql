-- Whoever has no touch left is not kept either, but for those of whom people typed something.
delete from account
where
    account_id in (select unnest($accounts::text[]))
    and account_id not in (select unnest($written::text[]))
    and not exists (select 1 from touch where touch.account_id = account.account_id)
returning account_id
