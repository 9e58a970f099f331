-- The messages of an account in both directions: also what the brand said to nobody in particular where it answers one of theirs.
create or replace temp table theirs as
with said as (
    select touch_id, text
    from touch
    where account_id = $account
)

select touch_id, md5(text) as digest
from said
union
select touch_id, md5(text)
from touch
where account_id is null and direction = 'out' and reply_to in (select touch_id from said)
