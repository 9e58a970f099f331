-- What is learnt later about an account fills gaps; a company or bot stays one.
insert into account by name
select
    account_id,
    source,
    handle,
    name,
    kind,
    happened_at as first_seen
from incoming
where account_id is not null
qualify row_number() over (partition by account_id order by kind = 'person', happened_at) = 1
on conflict (account_id) do update set
    handle = coalesce(account.handle, excluded.handle),
    name = coalesce(account.name, excluded.name),
    kind = case when account.kind = 'person' then excluded.kind else account.kind end,
    first_seen = least(account.first_seen, excluded.first_seen)
