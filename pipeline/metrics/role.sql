-- What an account is, after the lists of staff and bots in brand.toml; and its person, whose id tells no name.
-- For now one account is one person.
select
    account_id,
    left(sha256(account_id), 16) as person_id,
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
