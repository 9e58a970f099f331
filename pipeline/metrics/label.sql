-- The newest word on each mention that counts; one that was taken back has none. On a page a mention may be labelled by the id that
-- the published file tells of it: both are words on one mention, which stays drawn at random if it once was.
with hidden as (
    select touch_id, brand, left(sha256((select salt from salt) || touch_id), 16) as published_id
    from mention
    where exists (select 1 from derived.written_label where regexp_full_match(touch_id, '[0-9a-f]{16}'))
),

newest as (
    select
        w.brand,
        coalesce(h.touch_id, w.touch_id) as touch_id,
        w.label,
        bool_or(w.drawn) over (partition by w.brand, coalesce(h.touch_id, w.touch_id)) as drawn,
        w.author,
        w.written_at
    from derived.written_label w
    left join hidden h on h.brand = w.brand and h.published_id = w.touch_id
    qualify row_number() over (partition by w.brand, coalesce(h.touch_id, w.touch_id) order by w.written_at desc, w.row_id desc) = 1
)

select
    brand,
    touch_id,
    label,
    case label when 'positive' then 1.0 when 'negative' then -1.0 else 0.0 end as value,
    drawn,
    author,
    written_at
from newest
where label is not null
