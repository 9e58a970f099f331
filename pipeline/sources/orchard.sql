-- orchard.to_touch for many lines at once. A line fits where both surely say the same; the others are left to Python.
with said as (
    select
        number,
        tidy(id) as id,
        tidy(brand) as brand,
        tidy(source) as source,
        tidy(direction) as direction,
        tidy(kind) as kind,
        moment(tidy("at")) as happened_at,
        coalesce(text, '') as text,
        private is null as public,
        addressed is not null as addressed,
        nullif(tidy(conversation), '') as conversation,
        nullif(tidy(reply_to), '') as reply_to,
        nullif(tidy(url), '') as url,
        nullif(tidy("by"), '') as author,
        tidy(account_source) as account_source,
        account_source || account_id is not null as has_account,
        tidy(account_id) as account_id,
        nullif(tidy(account_handle), '') as account_handle,
        nullif(tidy(account_name), '') as account_name,
        nullif(tidy(account_link), '') as account_link,
        nullif(tidy(account_email), '') as account_email,
        account_kind,
        verified
    from incoming
)

select
    number,
    coalesce(
        id <> '' and brand <> '' and source <> ''
        and direction in ('in', 'out')
        and list_contains($kinds, kind)
        and is_time(happened_at)
        and is_plain(brand)
        and (not has_account or list_contains($account_kinds, account_kind)),
        false
    ) as fits,
    is_called(brand) as about,
    source || ':' || id as touch_id,
    $brand as brand,
    source as touch_source,
    direction,
    kind as touch_kind,
    public,
    addressed,
    happened_at,
    conversation,
    reply_to,
    text,
    url,
    author,
    case when has_account then account_source || ':' || account_id end as account_id,
    case when has_account then account_source end as source,
    case when has_account then account_handle end as handle,
    case when has_account then account_name end as name,
    case when has_account then account_kind end as kind,
    case when has_account then account_link end as link,
    case when has_account then account_email end as email,
    case when has_account then verified = 'True' end as verified
from said
