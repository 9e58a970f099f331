-- What is learnt later about an account fills gaps; a company or bot stays one.
update account
set
    handle = coalesce(account.handle, i.handle),
    name = coalesce(account.name, i.name),
    link = coalesce(account.link, i.link),
    email = coalesce(account.email, i.email),
    verified = coalesce(account.verified, i.verified),
    kind = case when account.kind = 'person' then i.kind else account.kind end,
    first_seen = least(account.first_seen, i.first_seen)
from incoming i
where not i.is_new and i.account_id = account.account_id
