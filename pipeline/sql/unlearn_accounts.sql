-- Accounts that stay know no more what an import alone told of them: they had no such detail before.
update account
set
    handle = case when l.handle then null else account.handle end,
    name = case when l.name then null else account.name end,
    link = case when l.link then null else account.link end,
    email = case when l.email then null else account.email end,
    verified = case when l.verified then null else account.verified end,
    kind = case when l.kind then 'person' else account.kind end
from (
    select
        account_id,
        bool_or(handle) as handle,
        bool_or(name) as name,
        bool_or(link) as link,
        bool_or(email) as email,
        bool_or(verified) as verified,
        bool_or(kind) as kind
    from account_learnt
    where stored_at in (select stored_at from import_moment where file_sha256 = $file_sha256 and brand = $brand)
    group by account_id
) l
where l.account_id = account.account_id;

delete from account_learnt
where stored_at in (select stored_at from import_moment where file_sha256 = $file_sha256 and brand = $brand);
