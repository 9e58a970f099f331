-- Who spoke to or of a brand.
select distinct account_id, a.handle
from touch t
join account a using (account_id)
where t.brand = $brand and t.direction = 'in' and a.handle is not null
order by account_id
