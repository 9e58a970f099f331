-- Accounts that were forgotten and of which something is still there, stored or typed, and who said so.
select account_id, any_value(f.author) as author
from (
    select account_id
    from account
    union
    select unnest($typed::text[])
) a
join forgotten f on f.hash = sha256((select salt from salt) || 'account ' || a.account_id)
group by account_id
order by account_id
