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
