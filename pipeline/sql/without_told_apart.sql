-- What comes in, but for what is stored under an id of link, author and moment: the message that had the link may be gone.
select i.*
from incoming i
where
    i.url is null
    or not is_of_link(i.touch_id, i.url)
    or not exists (
        select 1
        from touch t
        where
            t.touch_id = apart_id(i.touch_source, i.url, coalesce(i.author, i.account_id, ''), i.happened_at)
            and t.brand = i.brand
    )
