-- What is learnt later about an account fills gaps; a company or bot stays one. Only accounts whose touch is stored, or about to
-- be: where two files tell different authors of one message, or a network took it back, nobody is kept without a touch.
insert into account by name
select
    account_id,
    source,
    handle,
    name,
    kind,
    link,
    email,
    verified,
    happened_at as first_seen
from (
    select *
    from incoming
    qualify row_number() over (partition by touch_id, brand order by number) = 1
) i
where account_id is not null
    and not exists (select 1 from removal where id_hash = sha256((select salt from salt) || i.touch_id))
    and not exists (
        select 1
        from touch t
        where t.touch_id = i.touch_id and t.brand = i.brand and t.account_id is distinct from i.account_id
    )
qualify row_number() over (partition by account_id order by kind = 'person', happened_at) = 1
on conflict (account_id) do update set
    handle = coalesce(account.handle, excluded.handle),
    name = coalesce(account.name, excluded.name),
    link = coalesce(account.link, excluded.link),
    email = coalesce(account.email, excluded.email),
    verified = coalesce(account.verified, excluded.verified),
    kind = case when account.kind = 'person' then excluded.kind else account.kind end,
    first_seen = least(account.first_seen, excluded.first_seen)
