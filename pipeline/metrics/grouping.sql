-- Which kinds, lists and organisations an account belongs to: those of brand.toml, and the newest word of the journal.
with written as (
    select account_id, what, name, belongs
    from derived.member
    qualify row_number() over (partition by account_id, what, name order by written_at desc, member_id desc) = 1
),

configured as (
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
    from written
)

select account_id, what, name
from every
group by all
having arg_max(belongs, word)
