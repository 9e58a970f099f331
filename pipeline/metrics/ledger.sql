-- Every touch, imported or typed, with the score that counts and whether it counts for the feeling. For now one account
-- is one person; their id tells no name, and is another with each brand, since they may be named to one only.
with every as (
    select touch_id, brand, account_id, source, direction, kind, public, addressed, happened_at, conversation, reply_to, text, url, author
    from touch
    union all by name
    select
        'journal:' || entry_id as touch_id,
        brand,
        account_id,
        'hand' as source,
        direction,
        kind,
        false as public,
        true as addressed,
        happened_at,
        'journal:' || entry_id as conversation,
        null as reply_to,
        text,
        null as url,
        author
    from derived.entry
)
select
    e.*,
    left(sha256((select salt from salt) || e.brand || e.account_id), 16) as person_id,
    s.negative,
    s.neutral,
    s.positive,
    s.doubtful,
    s.rule,
    s.language as unread,
    s.positive - s.negative as value,
    case
        when s.positive is null then null
        when s.positive >= s.neutral and s.positive >= s.negative then 'positive'
        when s.negative >= s.neutral then 'negative'
        else 'neutral'
    end as label,
    greatest(s.negative, s.neutral, s.positive) as confidence,
    s.positive is not null and r.role in ('person', 'organisation') as counts
from every e
left join derived.role r using (account_id)
left join score s on s.touch_id = e.touch_id and s.brand = e.brand and s.model = (select model from derived.setting)
