-- One way to a message may tell what another does not: whom it was said to, what it answers, and that it speaks to the brand.
update touch
set
    account_id = coalesce(touch.account_id, i.account_id),
    reply_to = coalesce(touch.reply_to, i.reply_to),
    addressed = touch.addressed or i.addressed
from (
    select
        touch_id,
        brand,
        arg_min_null(account_id, number) as account_id,  -- of the row whose account is saved
        any_value(reply_to) as reply_to,
        bool_or(addressed) as addressed
    from incoming
    group by touch_id, brand
) i
where
    touch.touch_id = i.touch_id
    and touch.brand = i.brand
    and (
        (touch.account_id is null and i.account_id is not null)
        or (touch.reply_to is null and i.reply_to is not null)
        or (i.addressed and not touch.addressed)
    )
