-- Who brought whom, and the trees that come of it. A person belongs to the tree of who first brought them, if that was before they
-- themselves brought anybody; so no tree runs in a circle.
with recursive given as (
    select
        brand,
        fruit_id,
        person_id as from_person_id,
        for_person_id as to_person_id,
        happened_at,
        kind,
        row_number() over (partition by brand order by happened_at, fruit_id) as place
    from derived.fruit
    where kind in ('referral', 'introduction') and for_person_id <> person_id
),

began as (
    select brand, from_person_id as person_id, min(place) as place
    from given
    group by all
),

brought as (
    select g.*
    from given g
    left join began b on b.brand = g.brand and b.person_id = g.to_person_id
    where g.place < coalesce(b.place, g.place + 1)
    qualify row_number() over (partition by g.brand, g.to_person_id order by g.place) = 1
),

tree as (
    select b.brand, b.fruit_id, b.to_person_id, b.from_person_id as root_person_id, 1 as depth
    from brought b
    left join brought p on p.brand = b.brand and p.to_person_id = b.from_person_id
    where p.fruit_id is null
    union all
    select b.brand, b.fruit_id, b.to_person_id, t.root_person_id, t.depth + 1
    from tree t
    join brought b on b.brand = t.brand and b.from_person_id = t.to_person_id
),

size as (
    select brand, root_person_id, count(*) as tree_size
    from tree
    group by all
)

select
    g.brand,
    g.fruit_id,
    g.from_person_id,
    g.to_person_id,
    g.happened_at,
    g.kind,
    t.depth,
    t.root_person_id,
    s.tree_size
from given g
left join tree t using (brand, fruit_id)
left join size s on s.brand = t.brand and s.root_person_id = t.root_person_id
order by g.brand, g.place
