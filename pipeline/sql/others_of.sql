select i.account_id
from derived.identity i
join derived.identity own on own.account_id = $account and own.main_account_id = i.main_account_id
where i.account_id <> $account
order by i.account_id
