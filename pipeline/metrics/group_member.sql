-- Which person belongs to which group: kinds, lists, organisations, and the source that they speak on. Whatever has a person_id can be
-- asked for one group by this table.
with person as (
    select distinct brand, person_id, account_id
    from derived.ledger
    where person_id is not null
)

select distinct p.brand, p.person_id, g.what, g.name
from person p
join derived.grouping g using (account_id)
union
select distinct p.brand, p.person_id, 'source', r.source
from person p
join derived.role r using (account_id)
where r.source is not null
order by all
