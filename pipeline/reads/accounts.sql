-- The accounts of everybody who is told by name, with the person that each belongs to: what pipeline.identity_evidence compares.
select
    a.account_id,
    a.person_id as person,
    a.source,
    a.handle,
    a.name,
    a.link,
    coalesce(a.verified, false) as verified,
    a.email,
    coalesce(g.organisations, []) as organisations
from person_account a
left join (
    select brand, person_id, list(name order by name) as organisations
    from group_member
    where what = 'organisation'
    group by brand, person_id
) g using (brand, person_id)
where a.brand = $brand and a.role in ('person', 'organisation')
order by a.account_id
