-- Which kinds, lists and organisations an account belongs to: those of brand.toml, and the newest word of the journal.
with configured as (
    select a.account_id, g.what, g.name
    from account a
    join derived.configured_group g
        on lower(a.handle) = g.member or lower(a.account_id) = g.member
),

every as (
    select account_id, what, name, true as belongs, 0 as word
    from configured
    union all
    select account_id, what, name, belongs, 1 as word
    from derived.member
)

select account_id, what, name
from every
group by all
having arg_max(belongs, word)
