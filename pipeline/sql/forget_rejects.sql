-- What was never mapped may be theirs, too: where it names their id or handle as a value.
delete from reject
where exists (
    select 1
    from account a
    where
        a.account_id = $account
        and (
            contains(payload::text, '"' || substr(a.account_id, strpos(a.account_id, ':') + 1) || '"')
            or contains(lower(payload::text), '"' || lower(a.handle) || '"')
            or contains(lower(payload::text), '"@' || lower(a.handle) || '"')
        )
)
