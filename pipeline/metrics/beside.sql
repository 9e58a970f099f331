-- What people who speak to a brand feel toward another that they name in the same message, against what they feel toward this one:
-- the mean over people of their mean difference, both as the model says it, in the twelve months before the moment that the numbers
-- are of. What fewer than five people feel has no number.
with pair as (
    select
        l.brand,
        b.target,
        coalesce(l.main_account_id, l.person_id) as account,
        (b.positive - b.negative) - (l.positive - l.negative) as difference
    from derived.ledger l
    cross join derived.setting s
    join score_beside b on b.touch_id = l.touch_id and b.brand = l.brand and b.model = s.model
    where
        l.counts
        and l.positive is not null
        and l.happened_at >= s.as_of - interval 12 month
),

person as (
    select brand, target, account, count(*) as mentions, avg(difference) as difference
    from pair
    group by all
),

told as (
    select
        brand,
        target,
        sum(mentions)::bigint as mentions,
        count(*) as people,
        case when count(*) >= 5 then avg(difference) end as difference,
        case when count(*) >= 5 then student(count(*)) * stddev_samp(difference) / sqrt(count(*)) end as se
    from person
    group by all
)

select
    t.*,
    t.difference - 1.645 * t.se as low,
    t.difference + 1.645 * t.se as high,
    t.people < s.fewest_people as few
from told t
cross join derived.setting s
