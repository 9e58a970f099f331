-- What topics are looked for in: texts of people, each once, at most $of_one of an account; where there are more than $many, an
-- arbitrary but always the same choice of all, or with $others the newest of those that are of no topic.
with said as (
    select m.text, m.account_id, m.happened_at, md5(m.touch_id) as chance
    from mention m
    join account a using (account_id)
    join score s on s.touch_id = m.touch_id and s.brand = m.brand and s.model = $scored_by and s.positive is not null
    left join cluster_of c on c.touch_id = m.touch_id and c.brand = m.brand and c.model = $model
    where
        m.brand = $brand
        and a.kind in ('person', 'organisation')
        and not coalesce(list_contains($silent::text[], lower(a.handle)), false)
        and (not $others or (c.touch_id is not null and c.cluster is null))
    qualify row_number() over (partition by m.text order by m.happened_at, m.touch_id) = 1
),

some_of_each as (
    select *
    from said
    qualify row_number() over (partition by account_id order by chance) <= $of_one
)

select text, account_id
from some_of_each
order by case when $others then happened_at end desc nulls last, chance
limit $many
