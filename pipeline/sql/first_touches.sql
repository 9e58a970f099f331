-- The first touches that the last chunk of an import stored, in the order of its rows: each is found by what was kept of its row, since
-- its id may be another than the row's.
select
    t.happened_at,
    t.direction,
    case when t.direction = 'in' then coalesce(a.handle, a.name, a.account_id) else t.author end as who,
    t.text
from touch t
join raw using (touch_id, brand)
join (
    select payload, min(number) as number
    from incoming
    group by payload
) i using (payload)
left join account a using (account_id)
where t.stored_at = (select max(stored_at) from import_moment)
order by i.number
limit $many
