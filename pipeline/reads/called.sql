-- What accounts and messages are called, of those that are told by name: a name with its source, the beginning of a text; and brands.
select
    account_id as id,
    any_value(coalesce(name, '@' || handle)) as called,
    any_value(source) as source
from person_account
where account_id in $ids and coalesce(name, handle) is not null
group by account_id
union all
select
    touch_id,
    any_value('"' || left(regexp_replace(text, '\s+', ' ', 'g'), 60) || if(length(text) > 60, '…', '') || '"'),
    null
from touch
where touch_id in $ids and text <> ''
group by touch_id
union all
select brand, name, null
from brand
where brand in $ids
