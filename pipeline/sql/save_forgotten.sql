insert into forgotten by name
select
    sha256((select salt from salt) || what) as hash,
    $author as author,
    $now as forgotten_at,
    split_part($account, ':', 1) as source
from (
    select 'account ' || $account as what
    union
    select 'account ' || lower($account)  -- as brand.toml's lists are compared
    union
    select 'handle ' || source || ' ' || lower(handle)
    from account
    where account_id = $account and handle is not null
)
on conflict do nothing
