-- What relationships have borne before the moment that the numbers are of: the newest word on each fruit, unless it was taken back.
-- The ids of persons are those of the ledger.
with newest as (
    select *
    from derived.written_fruit
    qualify row_number() over (partition by fruit_id order by written_at desc, row_id desc) = 1
)

select
    brand,
    fruit_id,
    left(sha256((select salt from salt) || brand || account_id), 16) as person_id,
    account_id,
    kind,
    happened_at,
    value,
    left(sha256((select salt from salt) || brand || for_account), 16) as for_person_id,
    text,
    author
from newest
where not withdrawn and happened_at < (select as_of from derived.setting)
