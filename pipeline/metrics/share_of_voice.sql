-- Whose voice is how loud, by month, and what people feel toward each brand; on three panels: `all` that was heard; `sources` that
-- had brought every brand before the month began; `people` who spoke of two brands or more in the twelve months up to its end. A
-- person counts once, whatever brand they speak of. The interval of a share is Wilson's with the mentions that it is worth when
-- one person's mentions hang together (jackknife over people); with one brand there is nothing to compare.
with m as (
    select
        brand,
        source,
        coalesce(main_account_id, person_id) as account,
        date_trunc('month', happened_at)::date as month,
        happened_at,
        value
    from derived.ledger
    where counts
),

brand as (
    select brand, count(*) over () as brands
    from (select distinct brand from m)
    qualify brands > 1
),

since as (
    select source, max(first_heard) as heard
    from (select source, brand, min(happened_at) as first_heard from m group by all)
    group by source
    having count(*) = (select max(brands) from brand)
),

several as (
    select account
    from m
    group by account
    having count(distinct brand) > 1
),

active as (
    select distinct account, brand, month
    from m
    semi join several using (account)
),

member as (
    select a.account, a.month
    from active a
    join active b on b.account = a.account and b.month between a.month - interval 11 month and a.month
    group by all
    having count(distinct b.brand) > 1
),

heard as (
    select 'all' as panel, m.*
    from m
    union all
    select 'sources', m.*
    from m
    join since s using (source)
    where s.heard < m.month
    union all
    select 'people', m.*
    from m
    semi join member using (account, month)
),

account as (
    select panel, month, brand, account, count(*)::double as x, avg(value) as mean
    from heard
    group by all
),

every as (
    select
        *,
        sum(x) over (partition by panel, month, account) as all_x,
        sum(x) over (partition by panel, month) - all_x as others_x
    from account
),

total as (
    select
        panel,
        month,
        sum(x) as mentions,
        sum(x * x) as squares,
        sum(pow(x / nullif(others_x, 0), 2)) as tt,
        count(*) as people
    from (select panel, month, account, any_value(all_x) as x, any_value(others_x) as others_x from every group by all)
    group by all
),

own as (
    select
        panel,
        month,
        brand,
        sum(x) as mentions,
        count(*) as people,
        sum(pow(x / nullif(others_x, 0), 2)) as xx,
        sum(x * all_x / pow(nullif(others_x, 0), 2)) as xt,
        avg(mean) as feeling,
        student(count(*)) * stddev_samp(mean) / sqrt(count(*)) as feeling_se
    from every
    group by all
),

cell as (
    select
        t.panel,
        t.month,
        b.brand,
        coalesce(o.mentions, 0) as mentions,
        coalesce(o.people, 0) as people,
        t.mentions as all_mentions,
        t.people as all_people,
        coalesce(o.mentions, 0) / t.mentions as share,
        coalesce(o.people, 0) / t.people as share_of_people,
        coalesce(o.xx, 0) as xx,
        coalesce(o.xt, 0) as xt,
        t.tt,
        t.squares,
        o.feeling,
        o.feeling_se
    from total t
    cross join brand b
    left join own o on o.panel = t.panel and o.month = t.month and o.brand = b.brand
),

error as (
    select
        *,
        student(all_mentions * all_mentions / squares) * sqrt(
            greatest(0, xx - 2 * share * xt + share * share * tt) * (all_people - 1) / all_people
        ) as se
    from cell
),

worth as (
    select
        *,
        1.645 * 1.645 as z2,
        case
            when se is null then null
            when se > 0 and share > 0 and share < 1 then share * (1 - share) / (se * se)
            else all_people
        end as n
    from error
)

select
    w.panel,
    w.month,
    w.brand,
    w.mentions::bigint as mentions,
    w.people,
    w.share,
    case when n is not null then greatest(0, (w.share + z2 / (2 * n) - 1.645 * sqrt(w.share * (1 - w.share) / n + z2 / (4 * n * n))) / (1 + z2 / n)) end as low,
    case when n is not null then least(1, (w.share + z2 / (2 * n) + 1.645 * sqrt(w.share * (1 - w.share) / n + z2 / (4 * n * n))) / (1 + z2 / n)) end as high,
    w.share_of_people,
    w.feeling,
    w.feeling_se,
    w.feeling - 1.645 * w.feeling_se as feeling_low,
    w.feeling + 1.645 * w.feeling_se as feeling_high,
    w.people < s.fewest_people as few,
    case
        when w.panel = 'sources'
            then (select string_agg(source, ', ' order by source) from since where heard < w.month)
    end as sources
from worth w
cross join derived.setting s
