insert into account_learnt by name
from (
    select
        i.account_id,
        $now as stored_at,
        a.handle is null and i.handle is not null as handle,
        a.name is null and i.name is not null as name,
        a.link is null and i.link is not null as link,
        a.email is null and i.email is not null as email,
        a.verified is null and i.verified is not null as verified,
        a.kind = 'person' and i.kind <> 'person' as kind
    from incoming i
    join account a using (account_id)
    where not i.is_new
)
where handle or name or link or email or verified or kind
