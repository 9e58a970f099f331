-- What is stored of some touches: under their id, or under the one that a message has beside another at its link.
create temp table known_touch as
select *
from touch
where (touch_id, brand) in (
    select touch_id, brand
    from incoming
    union all
    select apart_id(touch_source, url, coalesce(author, account_id, ''), happened_at), brand
    from incoming
    where url is not null
);

create temp table known_raw as
select *
from raw
semi join known_touch using (touch_id, brand);

create temp table known_account as
select *
from account
where account_id in (
    select account_id
    from incoming
    union all
    select account_id
    from known_touch
);
