-- The newest word on which groups some accounts belong to, also where it says that they no longer do.
select *
from member_now
where len($accounts) = 0 or list_contains($accounts, account_id)
order by what, name, account_id
