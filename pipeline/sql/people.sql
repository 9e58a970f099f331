-- How many people and organisations there are: accounts that were merged are one.
select count(distinct coalesce(i.main_account_id, a.account_id)) as people
from account a
left join derived.identity i using (account_id)
where a.kind in ('person', 'organisation')
