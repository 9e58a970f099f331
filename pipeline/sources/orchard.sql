-- orchard.to_touch for many lines at once. A line fits where both surely say the same; the others are left to Python.
with said as (
    select
        number,
        id,
        brand,
        source,
        direction,
        kind,
        moment("at") as happened_at,
        coalesce(text, '') as text,
        public_type is distinct from 'BOOLEAN' or public = 'true' as public,
        addressed_type is not distinct from 'BOOLEAN' and addressed = 'true' as addressed,
        nullif(conversation, '') as conversation,
        nullif(reply_to, '') as reply_to,
        nullif(url, '') as url,
        nullif("by", '') as author,
        account_type is not distinct from 'OBJECT' as has_account,
        account_source || ':' || account_id as account_id,
        account_source,
        nullif(account_handle, '') as account_handle,
        nullif(account_name, '') as account_name,
        case when account_kind_type is null then 'person' else account_kind end as account_kind,
        nullif(account_link, '') as account_link,
        nullif(account_email, '') as account_email,
        account_verified = 'true' as account_verified,
        is_word(id_type) and is_word(brand_type) and is_word(source_type) and is_word(direction_type)
        and is_word(kind_type) and is_word(at_type) and is_word(text_type) and is_word(conversation_type)
        and is_word(reply_to_type) and is_word(url_type) and is_word(by_type)
        and coalesce(public_type, 'NULL') in ('BOOLEAN', 'NULL')
        and coalesce(addressed_type, 'NULL') in ('BOOLEAN', 'NULL') as words,
        coalesce(account_type, 'NULL') = 'NULL' or (
            account_type = 'OBJECT'
            and account_id_type = 'VARCHAR' and account_id <> ''
            and account_source_type = 'VARCHAR' and account_source <> ''
            and is_word(account_kind_type) and is_word(account_handle_type) and is_word(account_name_type)
            and is_word(account_link_type) and is_word(account_email_type)
            and coalesce(account_verified_type, 'NULL') in ('BOOLEAN', 'NULL')
        ) as account_fits
    from incoming
)

select
    number,
    coalesce(
        words
        and account_fits
        and id <> '' and brand <> '' and source <> ''
        and direction in ('in', 'out')
        and list_contains($kinds, kind)
        and is_time(happened_at)
        and is_plain(brand)
        and (not has_account or list_contains($account_kinds, account_kind)),
        false
    ) as fits,
    coalesce(is_called(brand), false) as about,
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
    case when has_account then account_id end as account_id,
    case when has_account then account_source end as source,
    case when has_account then account_handle end as handle,
    case when has_account then account_name end as name,
    case when has_account then account_kind end as kind,
    case when has_account then account_link end as link,
    case when has_account then account_email end as email,
    case when has_account then account_verified end as verified
from said
