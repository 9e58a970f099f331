-- Every touch before the moment that the numbers are of, imported or typed, with the score that counts and whether it counts for
-- the feeling. A person is one account, or several that were merged; their id tells no name, and is another with each brand, since
-- they may be named to one only. unprompted: they wrote, and we had not spoken in that thread before. What a person says of a mention wins over the model. stated: the
-- person told us what they feel, in a call or a meeting that either side began.
-- A handle of the brand may have become known after a touch was stored: what came from an account that is called so are the brand's
-- words (own.sql), and who calls it by the handle speaks to it: by the whole of it, which may be a domain. Texts of Mastodon tell a
-- name without its server, where somebody else may have it.
with handles as (
    select brand, list(handle) as handles
    from derived.configured_handle
    group by brand
),

every as (
    select
        t.touch_id,
        t.brand,
        case when o.touch_id is null then t.account_id else o.asked end as account_id,
        t.source,
        case when o.touch_id is null then t.direction else 'out' end as direction,
        t.kind,
        t.public,
        o.touch_id is null
        and (
            t.addressed
            or (
                t.direction = 'in'
                and t.source <> 'mastodon'
                and contains(t.text, '@')
                and list_has_any(
                    list_transform(
                        regexp_extract_all(lower(t.text), '(?:^|[^\pL\pN_@/-])@([\pL\pN_.-]+)', 1),
                        lambda called: rtrim(called, '.-')
                    ),
                    coalesce(h.handles, [])
                )
            )
        ) as addressed,
        t.happened_at,
        t.conversation,
        t.reply_to,
        t.text,
        t.url,
        coalesce(o.handle, t.author) as author,
        null::text as stated
    from touch t
    left join derived.own o on o.brand = t.brand and o.touch_id = t.touch_id
    left join handles h on h.brand = t.brand
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
        author,
        feeling as stated
    from derived.entry
),

-- Of a group alone: its people's touches, and what we said to nobody in particular in their threads, which they may have waited for.
belongs as (
    select distinct account_id
    from derived.grouping
    cross join derived.setting s
    where what = s.group_what and name = s.group_name
),

theirs as (
    select distinct brand, coalesce(conversation, touch_id) as thread
    from every
    semi join belongs using (account_id)
    cross join derived.setting s
    where happened_at < s.as_of
),

read as (
    select
        e.* exclude (stated),
        coalesce(e.conversation, e.touch_id) as thread,
        w.group_what is null
        or (w.group_what = 'source' and e.source = w.group_name)
        or b.account_id is not null
        or (e.direction = 'out' and e.account_id is null and h.thread is not null) as asked,
        e.kind in ('call', 'meeting', 'gift', 'introduction', 'note') as offline,
        coalesce(i.main_account_id, e.account_id) as main_account_id,
        left(sha256((select salt from salt) || e.brand || coalesce(i.main_account_id, e.account_id)), 16) as person_id,
        s.negative,
        s.neutral,
        s.positive,
        s.doubtful,
        s.rule,
        s.language as unread,
        case
            when s.rule is not null and greatest(s.negative, s.neutral, s.positive) = 1 then s.positive - s.negative
            else s.negative * d.negative + s.neutral * d.neutral + s.positive * d.positive
        end as value_of_model,
        case
            when s.positive is null then null
            when s.positive >= s.neutral and s.positive >= s.negative then 'positive'
            when s.negative >= s.neutral then 'negative'
            else 'neutral'
        end as label_of_model,
        greatest(s.negative, s.neutral, s.positive) as confidence,
        e.stated is not null as stated,
        coalesce(l.label, e.stated) as label_of_people,
        coalesce(l.value, case e.stated when 'positive' then 1.0 when 'neutral' then 0.0 when 'negative' then -1.0 end) as value_of_people,
        l.drawn
    from every e
    cross join derived.setting w
    left join derived.identity i on i.account_id = e.account_id
    left join score s on s.touch_id = e.touch_id and s.brand = e.brand and s.model = w.model
    left join derived.debias d on d.brand = e.brand and d.source = e.source
    left join derived.label l on l.brand = e.brand and l.touch_id = e.touch_id
    left join belongs b on b.account_id = e.account_id
    left join theirs h on h.brand = e.brand and h.thread = coalesce(e.conversation, e.touch_id)
    where e.happened_at < w.as_of
)

select
    t.* exclude (asked),
    coalesce(t.value_of_people, t.value_of_model) as value,
    coalesce(t.label_of_people, t.label_of_model) as label,
    coalesce(t.value_of_people, t.value_of_model) is not null
    and (t.direction = 'in' or t.stated)
    and r.role in ('person', 'organisation') as counts,
    t.direction = 'in'
    and not coalesce(
        bool_or(t.direction = 'out') over (
            partition by t.brand, t.thread
            order by t.happened_at, t.direction, t.touch_id  -- at one moment what they said comes before what we said
            rows between unbounded preceding and 1 preceding
        ),
        false
    ) as unprompted
from read t
left join derived.role r using (account_id)
qualify t.asked
