-- Everybody in a tree: whoever was brought, below whoever brought them, and the roots.
with node as (
    select to_person_id as person_id, from_person_id as parent_id
    from referral
    where brand = $brand and depth is not null
    union
    select root_person_id, null
    from referral
    where brand = $brand and root_person_id is not null
)

select
    n.person_id,
    n.parent_id,
    coalesce(p.name, 'somebody') as name,
    (select count(*) from referral r where r.brand = $brand and r.depth is not null and r.from_person_id = n.person_id) as brought
from node n
left join person p on p.brand = $brand and p.person_id = n.person_id
order by n.parent_id nulls first, n.person_id
