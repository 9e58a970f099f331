-- What relationships have borne before the moment that the numbers are of. The ids of persons are those of the ledger.
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
from derived.written_fruit
where happened_at < (select as_of from derived.setting)
