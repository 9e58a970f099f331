-- Other accounts of the same source that are called alike: a file that knows handles alone makes one beside the numbered one.
with own as (
    select $account as account_id, unnest(list_distinct([native, lower(handle)])) as called
    from (
        select
            lower(substr($account, strpos($account, ':') + 1)) as native,
            any_value(handle) as handle
        from account
        where account_id = $account
    )
)

select distinct a.account_id
from account a, own o
where
    a.account_id <> o.account_id
    and a.source = split_part(o.account_id, ':', 1)
    and o.called in (lower(a.handle), lower(substr(a.account_id, strpos(a.account_id, ':') + 1)))
order by a.account_id
