-- What an account is, after the lists of staff and bots in brand.toml, and what it tells of itself; with those whom people typed in.
select
    account_id,
    source,
    handle,
    name,
    case
        when list_contains(s.staff, lower(ltrim(handle, '@'))) then 'staff'
        when list_contains(s.bots, lower(ltrim(handle, '@'))) then 'bot'
        else kind
    end as role,
    link,
    verified,
    email
from (
    select account_id, source, handle, name, kind, link, verified, email
    from account
    union all
    select account_id, 'hand', null, name, 'person', null, null, email
    from derived.contact
    anti join account using (account_id)
)
cross join derived.setting s
