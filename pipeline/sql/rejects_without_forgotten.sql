-- Whose a reject is, nobody knows: every value in it is tried as an account and as a handle, at every source that there is.
with source as (
    select source from account
    union
    select source from touch
),

known as (
    select distinct i.payload
    from incoming i, json_tree(i.payload::json) t, source s
    where
        t.atom is not null
        and exists (
            select 1
            from forgotten
            where hash in (
                sha256((select salt from salt) || 'account ' || s.source || ':' || ltrim(t.atom ->> '$', '@')),
                sha256((select salt from salt) || 'handle ' || s.source || ' ' || lower(ltrim(t.atom ->> '$', '@')))
            )
        )
)

select i.*
from incoming i
anti join known using (payload)
