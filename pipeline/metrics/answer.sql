-- Who waited for whom: a row per run of messages in a thread by one side to the other, and when the other side next spoke.
-- ours: they wrote, we answer; what we say in the thread to nobody in particular answers everybody who waits there. theirs: we wrote to
-- them, they answer. hours run from the first message of the run. asks: the run counts in rates and lists (see docs/metrics.md).
with said as (
    select
        l.brand,
        l.source,
        l.thread,
        l.person_id,
        l.direction,
        l.happened_at,
        l.touch_id,
        l.addressed,
        l.direction = 'out' and l.person_id is null as to_all,
        if(length(l.text) between 1 and 80, lower(l.text), null) as short
    from derived.ledger l
    left join derived.role r using (account_id)
    where
        l.kind in ('mention', 'reply', 'quote', 'message')
        and (r.role in ('person', 'organisation') or (l.direction = 'out' and l.person_id is null))
),

-- At one moment what they said comes before what we said.
thread_so_far as (
    select
        *,
        count(*) filter (where to_all) over earlier as all_before,
        min(happened_at) filter (where to_all) over later as all_next
    from said
    window
        earlier as (
            partition by brand, thread
            order by happened_at, direction, touch_id
            rows between unbounded preceding and current row
        ),
        later as (
            partition by brand, thread
            order by happened_at, direction, touch_id
            rows between current row and unbounded following
        )
),

-- turn: how often the other side had spoken before; it is the same for all messages of a run, and so is what comes next.
person_so_far as (
    select
        *,
        case
            when direction = 'in' then all_before + count(*) filter (where direction = 'out') over earlier
            else count(*) filter (where direction = 'in') over earlier
        end as turn,
        case
            when direction = 'in' then least(all_next, min(happened_at) filter (where direction = 'out') over later)
            else min(happened_at) filter (where direction = 'in') over later
        end as next_at
    from thread_so_far
    where person_id is not null
    window
        earlier as (
            partition by brand, thread, person_id
            order by happened_at, direction, touch_id
            rows between unbounded preceding and current row
        ),
        later as (
            partition by brand, thread, person_id
            order by happened_at, direction, touch_id
            rows between current row and unbounded following
        )
),

-- The words of a short message that follows the other side's; null where it is long, a question or a link: most are.
worded as (
    select
        *,
        case
            when turn > 0 and not regexp_matches(short, '[?？]|https?://')
            then trim(regexp_replace(short, '@\w+|[^\p{L}\p{N}]+', ' ', 'g'))
        end as words
    from person_so_far
),

-- A short thanks: at most 8 words, none that hands over or takes back, and it thanks, only says ok, or has no word at all.
heard as (
    select
        *,
        coalesce(
            len(string_split(words, ' ')) <= 8
            and not regexp_matches(
                words,
                '\b(sent|send|dm|pm|please|pls|plz|check|wait|waiting|still|but|not|no|t|never|nothing|attached|here|update|how|why|what|when|where)\b'
            )
            and (
                regexp_matches(
                    words,
                    '\b(thanks?|thx|ty|cheers|appreciate|appreciated|welcome|danke|merci|gracias|grazie|obrigad[oa]|bedankt)\b'
                )
                or regexp_full_match(
                    words,
                    '((o+h+|ok|okay|okey|k|cool|great|perfect|awesome|nice|lovely|brilliant|excellent|alright|understood|noted|got it|will do|all good|sounds good) ?)*'
                )
            ),
            false
        ) as thanks
    from worded
),

run as (
    select
        brand,
        if(direction = 'in', 'ours', 'theirs') as direction,
        thread,
        person_id,
        any_value(source) as source,
        arg_max(touch_id, (happened_at, touch_id)) as touch_id,
        count(*) as touches,
        min(happened_at) as asked_at,
        max(happened_at) as last_at,
        min(next_at) as answered_at,
        bool_or(addressed) or direction = 'out' as addressed,
        bool_and(thanks) as closing
    from heard
    group by brand, heard.direction, thread, person_id, turn
),

-- Where a side was never heard at a source, its silence there says nothing: perhaps it is not collected.
side as (
    select distinct brand, source, if(direction = 'out', 'ours', 'theirs') as direction
    from said
)

select
    run.*,
    epoch(run.answered_at - run.asked_at) / 3600 as hours,
    side.brand is not null as recorded,
    run.addressed and not run.closing and side.brand is not null as asks
from run
left join side using (brand, source, direction)
