-- twcs.to_touch for many rows at once. A row fits where both surely say the same; the others are left to Python.
with said as (
    select
        number,
        regexp_replace(tweet_id, '\.0$', '') as tweet,
        author_id as author,
        lower(inbound) as inbound,
        moment(created_at) as happened_at,
        text,
        nullif(regexp_replace(in_response_to_tweet_id, '\.0$', ''), '') as parent,
        root,
        parent_author,
        is_called(author_id) as ours,
        coalesce(is_called(parent_author), false) as answers_us
    from incoming
),

person as (
    select
        *,
        case
            when not ours then author
            when parent_author <> '' and not answers_us then parent_author
            else first_name(text)
        end as person
    from said
)

select
    number,
    coalesce(
        tweet <> '' and author <> '' and text <> ''
        and inbound in ('true', 'false')
        and is_time(happened_at)
        and is_plain(author)
        and not may_be_rounded(concat_ws(' ', tweet, author, parent))
        and is_plain(inbound)
        and is_plain(coalesce(parent_author, ''))
        and is_clear(text)
        and not contains(text, '&'),
        false
    ) as fits,
    root is not null as about,
    'x:' || tweet as touch_id,
    $brand as brand,
    'x' as touch_source,
    case when ours then 'out' else 'in' end as direction,
    case when parent is null then 'mention' else 'reply' end as touch_kind,
    true as public,
    not ours and (answers_us or is_addressed(text)) as addressed,
    happened_at,
    'x:' || root as conversation,
    'x:' || parent as reply_to,
    text,
    null as url,
    case when ours then author end as author,
    'x:' || lower(person) as account_id,
    case when person is not null then 'x' end as source,
    case when not regexp_full_match(person, '[0-9]+') then person end as handle,
    case when regexp_full_match(person, '[0-9]+') then 'customer ' || person else person end as name,
    case when person is null then null when not ours and inbound = 'false' then 'brand' else 'person' end as kind
from person
