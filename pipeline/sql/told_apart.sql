-- Rows whose id, that of their link, another message has: as reviews of one page, or comments on one video. Each is under an
-- id of link, author and moment. A product tells a message once: another author, or other words at another time, are another
-- message. Products differ in how they tell one, so across them only another known author with other words may be one, and
-- is not ``sure``. Whose payloads have most of their keys in common are of one product.
with linked as (
    select
        *,
        coalesce(author, account_id, '') as who,
        apart_id(touch_source, url, coalesce(author, account_id, ''), happened_at) as own_id
    from incoming
    where url is not null and is_of_link(touch_id, url)
),

compared as (
    select
        i.*,
        coalesce(t.author, t.account_id, '') is distinct from i.who as by_other,
        i.kind is not distinct from 'person' and a.kind is not distinct from 'person' as both_known,
        t.text <> i.text as in_other_words,
        t.happened_at <> i.happened_at as at_other_time,
        json_keys(r.payload) as their_keys,
        json_keys(i.payload) as our_keys
    from linked i
    join touch t using (touch_id, brand)
    left join raw r using (touch_id, brand)
    left join account a on a.account_id = t.account_id
),

judged as (
    select
        *,
        coalesce(
            2 * len(list_intersect(our_keys, their_keys)) > least(len(our_keys), len(their_keys)),
            false
        ) as sure
    from compared
)

select
    * exclude (who, own_id, by_other, both_known, in_other_words, at_other_time, their_keys, our_keys)
    replace (
        own_id as touch_id,
        case when conversation = touch_id then own_id else conversation end as conversation
    )
from judged
where case
        when sure then (by_other and (both_known or in_other_words)) or (in_other_words and at_other_time)
        else
            by_other and both_known and in_other_words
            and not exists (select 1 from touch t where t.touch_id = own_id and t.brand = judged.brand)
    end
