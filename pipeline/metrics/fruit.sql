-- What relationships have borne before the moment that the numbers are of. The ids of persons are those of the ledger.
select
    f.brand,
    f.fruit_id,
    left(sha256((select salt from salt) || f.brand || coalesce(i.main_account_id, f.account_id)), 16) as person_id,
    f.account_id,
    f.kind,
    f.happened_at,
    f.value,
    left(sha256((select salt from salt) || f.brand || coalesce(j.main_account_id, f.for_account)), 16) as for_person_id,
    f.text,
    f.author
from derived.written_fruit f
left join derived.identity i on i.account_id = f.account_id
left join derived.identity j on j.account_id = f.for_account
where f.happened_at < (select as_of from derived.setting)
