-- The first touches that an import stored, in the order of its rows.
select
    t.happened_at,
    t.direction,
    case when t.direction = 'in' then coalesce(a.handle, a.name, a.account_id) else t.author end as who,
    t.text
from touch t
left join account a using (account_id)
where t.stored_at in (select stored_at from import_moment)
order by t.rowid
limit $many
