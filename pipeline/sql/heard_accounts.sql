-- Accounts that come in, each value as the first touch tells it that has one, though a company or bot stays one; and whether
-- they are new. Of those that are there only such of which something is learnt.
with ordered as (
    select
        *,
        -- (happened_at, number) as one number: to compare pairs takes half as long again
        epoch_us(happened_at)::hugeint * 1000000000 + number as place
    from incoming
    where account_id is not null
),

told as (
    select
        account_id,
        arg_min(source, place) as source,
        arg_min(handle, place) as handle,
        arg_min(name, place) as name,
        arg_min(kind, (kind = 'person', place)) as kind,
        arg_min(link, place) as link,
        arg_min(email, place) as email,
        arg_min(verified, place) as verified,
        min(happened_at) as first_seen
    from ordered
    group by account_id
)

select
    t.*,
    a.account_id is null as is_new
from told t
left join account a using (account_id)
where
    a.account_id is null
    or a.first_seen > t.first_seen
    or (a.kind = 'person' and t.kind <> 'person')
    or (a.handle is null and t.handle is not null)
    or (a.name is null and t.name is not null)
    or (a.link is null and t.link is not null)
    or (a.email is null and t.email is not null)
    or (a.verified is null and t.verified is not null)
