-- Which kinds, lists and organisations an account belongs to: those of brand.toml, and the newest word of the journal on any
-- account of the person.
with configured as (
    select a.account_id, g.what, g.name
    from derived.role a
    join derived.configured_group g
        on lower(ltrim(a.handle, '@')) = g.member or lower(a.account_id) = g.member
),

every as (
    select account_id, what, name, true as belongs, timestamp '1900-01-01' as written_at
    from configured
    union all
    select account_id, what, name, belongs, written_at
    from derived.member
),

belonging as (
    select coalesce(i.main_account_id, e.account_id) as main_account_id, e.what, e.name
    from every e
    left join derived.identity i using (account_id)
    group by all
    having arg_max(e.belongs, e.written_at)
)

select coalesce(i.account_id, b.main_account_id) as account_id, b.what, b.name
from belonging b
left join derived.identity i using (main_account_id)
