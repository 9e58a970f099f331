-- Rows whose id another message has: a file with a numbering of its own, that looks like one of another source. The long
-- numbers of X, the ids of Bluesky and Reddit and hashes of links are no such numbering: the same id is the same message, of
-- which every product tells the text a little differently. Messages that share a link are told apart (told_apart.sql).
-- ``turned``: it is the same message but for day and month, which the one or the other has in the wrong order.
select
    i.number,
    i.payload,
    t.text = i.text
        and coalesce(t.author, t.account_id, '') = coalesce(i.author, i.account_id, '')
        and strftime(t.happened_at, '%Y-%d-%m %H:%M:%S.%f') = strftime(i.happened_at, '%Y-%m-%d %H:%M:%S.%f') as turned
from incoming i
join touch t using (touch_id, brand)
where (t.text <> i.text or t.happened_at <> i.happened_at)
    and not regexp_full_match(touch_id, '[a-z0-9_]+:([0-9]{15,}|[0-9a-f]{20}|at://.*|t[13]_[0-9a-z]+)')
