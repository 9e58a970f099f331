-- What was never mapped may be theirs, too: where a value in it is their id, with or without its source, or their handle.
delete from reject
where reject_id in (
    select r.reject_id
    from reject r, json_tree(r.payload) t, account a
    where
        a.account_id = $account
        and t.atom is not null
        and lower(regexp_replace(t.atom ->> '$', '^[\s\pZ]*@*|[\s\pZ]+$', '', 'g')) in (
            lower(a.account_id),
            lower(substr(a.account_id, strpos(a.account_id, ':') + 1)),
            lower(a.handle)
        )
)
