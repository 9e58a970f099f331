-- What an account is, after the lists of staff and bots in brand.toml.
select
    account_id,
    source,
    handle,
    name,
    case
        when list_contains(s.staff, lower(handle)) then 'staff'
        when list_contains(s.bots, lower(handle)) then 'bot'
        else kind
    end as role
from (
    select account_id, source, handle, name, kind
    from account
    union all
    select account_id, 'hand' as source, null as handle, name, 'person' as kind
    from derived.contact
    anti join account using (account_id)
)
cross join derived.setting s
