-- What comes in without the forgotten, and without what was said to them.
select i.*
from incoming i
where
    (
        i.account_id is null
        or not exists (
            select 1
            from forgotten
            where hash in (
                sha256((select salt from salt) || 'account ' || i.account_id),
                sha256((select salt from salt) || 'handle ' || i.source || ' ' || lower(i.handle))
            )
        )
    )
    and sha256((select salt from salt) || 'message ' || i.touch_id) not in (select hash from forgotten_message)
