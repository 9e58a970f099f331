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
from account
cross join derived.setting s
