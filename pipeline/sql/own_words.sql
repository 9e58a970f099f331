-- Touches of accounts that are the brand's own are its words, to whomever they answer.
update touch
set
    direction = 'out',
    addressed = false,
    author = own.handle,
    account_id = own.asked
from (
    select o.touch_id, a.handle, any_value(r.account_id) as asked
    from touch o
    join account a using (account_id)
    left join touch r on r.touch_id = o.reply_to and r.brand = o.brand and r.direction = 'in'
    where o.brand = $brand and o.direction = 'in' and list_contains($accounts, o.account_id)
    group by o.touch_id, a.handle
) own
where touch.brand = $brand and touch.touch_id = own.touch_id
