-- What its network took back is not brought in again.
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
where not exists (select 1 from removal where id_hash = sha256((select salt from salt) || touch_id))
qualify row_number() over (partition by touch_id, brand order by number) = 1
on conflict do nothing
