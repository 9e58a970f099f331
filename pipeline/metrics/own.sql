-- The brand's own words of which the facts do not tell that they are, or to whom they go. They came as somebody's, where its handle
-- became known after they were stored: by handles alone, since its name may be somebody's handle. They go to whomever they answer,
-- but for the brand itself.
with accounts as (
    select h.brand, a.account_id, a.handle
    from account a
    join derived.configured_handle h on h.handle = lower(ltrim(a.handle, '@'))
),

said as (
    select t.brand, t.touch_id, t.reply_to, o.handle
    from touch t
    join accounts o using (brand, account_id)
    where t.direction = 'in'
    union all
    select brand, touch_id, reply_to, null
    from touch
    where direction = 'out' and account_id is null and reply_to is not null
),

heard as (
    select t.brand, t.touch_id, t.account_id
    from touch t
    anti join accounts using (brand, account_id)
    where t.direction = 'in'
)

select s.brand, s.touch_id, any_value(s.handle) as handle, any_value(h.account_id) as asked
from said s
left join heard h on h.touch_id = s.reply_to and h.brand = s.brand
group by s.brand, s.touch_id
