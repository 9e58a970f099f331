-- Accounts that may be called one person's: of people who spoke to a brand or whom it spoke to, or who were typed in, with the
-- account that stands for the person now and their organisations.
select
    r.account_id,
    coalesce(i.main_account_id, r.account_id) as person,
    r.source,
    r.handle,
    r.name,
    r.link,
    coalesce(r.verified, false) as verified,
    r.email,
    coalesce(
        (
            select list(g.name order by g.name)
            from derived.grouping g
            where g.account_id = r.account_id and g.what = 'organisation'
        ),
        []
    ) as organisations
from derived.role r
left join derived.identity i using (account_id)
where
    r.role in ('person', 'organisation')
    and (
        r.source = 'hand'
        or r.account_id in (select account_id from derived.ledger where addressed or direction = 'out')
    )
order by r.account_id
