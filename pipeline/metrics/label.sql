-- The newest word on each mention that counts; one that was taken back has none. A mention once drawn at random stays so when
-- its label is mended later: else just those that the model got wrong would leave the sample.
with newest as (
    select
        brand,
        touch_id,
        label,
        bool_or(drawn) over (partition by brand, touch_id) as drawn,
        author,
        written_at
    from derived.written_label
    qualify row_number() over (partition by brand, touch_id order by written_at desc, label_id desc) = 1
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
