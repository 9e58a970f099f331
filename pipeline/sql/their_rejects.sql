-- What was never mapped may be an account's, too: where a value in it is its id, with or without its source, or its handle. Of an account
-- that is not stored a number alone says nothing: whoever mistypes an id would remove the rows of others.
create or replace temp table their_reject as
with own as (
    select
        lower($account) as id,
        lower(substr($account, strpos($account, ':') + 1)) as native,
        (select lower(handle) from account where account_id = $account) as handle,
        exists (select 1 from account where account_id = $account) as stored
),

called as (
    select unnest([id, handle, case when stored or not regexp_full_match(native, '\d*') then native end]) as called
    from own
)

select distinct r.reject_id
from reject r, json_tree(r.payload) t, called c
where t.atom is not null and lower(regexp_replace(t.atom ->> '$', '^[\s\pZ]*@*|[\s\pZ]+$', '', 'g')) = c.called
