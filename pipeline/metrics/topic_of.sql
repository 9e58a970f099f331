-- What each mention speaks of: the company's own topics whose phrases stand in it, else the topic that was found for it, else
-- "other". Names are those of [topics.rename] in brand.toml, where it has one. A brand without any topic has no rows.
with word as (
    select what, "of" as name, ' ' || trim(regexp_replace(lower(words), '[^\pL\pM\pN]+', ' ', 'g')) || ' ' as phrase, words
    from derived.configured_topic
),

renamed as (
    select name, any_value(words) as new_name
    from word
    where what = 'rename'
    group by name
),

mention as (
    select brand, touch_id, text
    from derived.ledger
    where direction = 'in' and text <> '' and kind in ('mention', 'reply', 'quote', 'message')
),

own as (
    select distinct m.brand, m.touch_id, w.name
    from (
        select brand, touch_id, ' ' || regexp_replace(lower(text), '[^\pL\pM\pN]+', ' ', 'g') || ' ' as spelt
        from mention
        where exists (from word where what = 'phrase')
    ) m
    join word w on contains(m.spelt, w.phrase)
    where w.what = 'phrase'
),

found as (
    select c.brand, c.touch_id, c.cluster as name
    from cluster_of c
    where
        c.model = (
            select l.model
            from cluster_look l
            where l.brand = c.brand
            order by l.looked_at desc, l.model
            limit 1
        )
        and c.cluster is not null
),

named as (
    select m.brand, m.touch_id, coalesce(o.name, f.name) as name
    from mention m
    left join own o using (brand, touch_id)
    left join found f using (brand, touch_id)
)

select distinct n.brand, n.touch_id, coalesce(r.new_name, n.name, 'other') as topic
from named n
left join renamed r using (name)
where n.brand in (select brand from named where name is not null)
