select count(*)
from touch t
join account a on a.account_id = $account
where t.account_id is distinct from $account and contains(lower(t.text), '@' || lower(a.handle))
