-- People of the published file who are told by name, and are called so at least in part.
select
    account_id,
    name,
    lower(name) = $name or coalesce(lower(handle) = $name, false) as whole
from pub.person
where
    brand = $brand
    and account_id is not null
    and contains(lower(name || ' ' || coalesce(handle, '')), $name)
order by whole desc, name, account_id
