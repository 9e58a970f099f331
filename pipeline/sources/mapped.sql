-- mapped.to_touch for many rows at once. A row fits where both surely say the same; the others are left to Python.
with said as (
    select
        number,
        text,
        author,
        moment("at") as happened_at,
        nullif(id, '') as id,
        nullif(name, '') as name,
        coalesce(nullif(lower(source), ''), $named) as source,
        lower(kind) as kind,
        lower(direction) as direction,
        "to" as spoken_to,
        nullif(conversation, '') as conversation,
        nullif(reply_to, '') as reply_to,
        nullif(url, '') as url,
        textual and is_plain(coalesce(source, '') || coalesce(kind, '') || coalesce(direction, '')) as plain
    from incoming
),

known as (
    select
        * replace (
            case when kind <> '' then kind when reply_to is not null then 'reply' else 'mention' end as kind,
            case when direction <> '' then direction when is_called(author) then 'out' else 'in' end as direction,
            coalesce(id, left(sha256(author || chr(0) || iso(happened_at) || chr(0) || text), 20)) as id
        )
    from said
),

person as (
    select
        *,
        nullif(case when direction = 'out' then spoken_to else author end, '') as person,
        list_contains($unseen, kind) as unseen
    from known
)

select
    number,
    coalesce(
        plain
        and text <> '' and without_at(author) <> ''
        and coalesce(without_at(person), 'nobody') <> ''
        and is_time(happened_at)
        and is_plain(author)
        and not may_be_rounded(concat_ws(' ', id, author, spoken_to, conversation, reply_to))
        and is_plain(coalesce(person, ''))
        and is_clear(text)
        and list_contains($kinds, kind)
        and direction in ('in', 'out'),
        false
    ) as fits,
    true as about,
    source || ':' || id as touch_id,
    $brand as brand,
    source as touch_source,
    direction,
    kind as touch_kind,
    not unseen as public,
    direction = 'in' and (unseen or is_addressed(text)) as addressed,
    happened_at,
    source || ':' || coalesce(conversation, id) as conversation,
    source || ':' || reply_to as reply_to,
    text,
    url,
    case when direction = 'out' then author end as author,
    source || ':' || lower(without_at(person)) as account_id,
    case when person is not null then source end as source,
    without_at(person) as handle,
    coalesce(case when direction = 'in' and person is not null then name end, without_at(person)) as name,
    case when person is not null then 'person' end as kind
from person
