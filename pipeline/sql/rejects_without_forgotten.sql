-- Whose a reject is, nobody knows: every value in it is tried as an account and as a handle, at every source of the forgotten.
with source as (
    select source from forgotten
    union
    select source from account
),

value as (
    select distinct i.payload, regexp_replace(t.atom ->> '$', '^[\s\pZ]*@*|[\s\pZ]+$', '', 'g') as value
    from incoming i, json_tree(i.payload::json) t
    where t.atom is not null
),

known as (
    select distinct payload
    from (
        select
            v.payload,
            unnest([
                sha256((select salt from salt) || 'account ' || v.value),
                sha256((select salt from salt) || 'account ' || s.source || ':' || v.value),
                sha256((select salt from salt) || 'account ' || s.source || ':' || lower(v.value)),
                sha256((select salt from salt) || 'handle ' || s.source || ' ' || lower(v.value))
            ]) as hash
        from value v
        cross join source s
        where s.source is not null
    )
    semi join forgotten using (hash)
)

select i.*
from incoming i
anti join known using (payload)
