-- What its network took back is not brought in again. Asking first which rows are new is cheaper than `on conflict`, and lets
-- DuckDB insert with all cores.
insert into touch by name
select
    touch_id,
    brand,
    account_id,
    touch_source as source,
    direction,
    touch_kind as kind,
    public,
    addressed,
    happened_at,
    conversation,
    reply_to,
    text,
    url,
    author,
    $now as stored_at
from incoming
where (touch_id, brand, number) in (
    select
        touch_id,
        brand,
        min(number)
    from incoming i
    where not exists (select 1 from removal where id_hash = sha256((select salt from salt) || i.touch_id))
        and not exists (select 1 from touch t where t.touch_id = i.touch_id and t.brand = i.brand)
    group by touch_id, brand
)
