-- Of the names in brand.toml those that are of nobody who was forgotten, or of an account that is left, too.
with source as (
    select source from forgotten
    union
    select source from account
),

gone as (
    select member
    from (
        select
            i.member,
            unnest([
                sha256((select salt from salt) || 'account ' || i.member),
                sha256((select salt from salt) || 'handle ' || s.source || ' ' || i.member)
            ]) as hash
        from incoming i
        cross join source s
    )
    semi join forgotten using (hash)
),

left_over as (
    select lower(handle) as member from account
    union
    select lower(account_id) from account
)

select member
from incoming
where member not in (select member from gone) or member in (select member from left_over where member is not null)
