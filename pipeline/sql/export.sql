-- Touches as import reads them back (sources/orchard.py), oldest first. An id without its source could not come back.
select
    if(starts_with(t.touch_id, t.source || ':'), substr(t.touch_id, length(t.source) + 2), error(t.touch_id)) as id,
    t.brand,
    t.source,
    if(
        a.account_id is null,
        null,
        {
            'id': if(starts_with(a.account_id, a.source || ':'), substr(a.account_id, length(a.source) + 2), error(a.account_id)),
            'source': a.source,
            'handle': a.handle,
            'name': a.name,
            'kind': a.kind,
            'link': a.link,
            'email': a.email,
            'verified': a.verified
        }
    ) as account,
    t.direction,
    t.kind,
    strftime(t.happened_at, '%Y-%m-%dT%H:%M:%S.%fZ') as at,
    t.public,
    t.addressed,
    t.conversation,
    t.reply_to,
    t.text,
    t.url,
    t.author as by
from touch t
left join account a using (account_id)
where t.brand = coalesce($brand, t.brand)
order by t.happened_at, t.touch_id, t.brand
