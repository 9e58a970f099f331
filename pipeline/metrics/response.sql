-- How many questions are answered in time, and how fast: per brand, side and quarter of asking, as known as of now.
-- The share is over those old enough to judge, with Wilson's 90 % interval. The median is Kaplan and Meier's: a question
-- still open is one whose answer takes longer than it has waited; where fewer than half are answered there is no median.
with asked as (
    select
        a.brand,
        a.direction,
        g.grain,
        if(g.grain = 'quarter', date_trunc('quarter', a.asked_at)::date, null) as period,
        hash(a.thread) as thread,
        a.hours,
        coalesce(a.hours, epoch(s.as_of - a.asked_at) / 3600) as waited,
        a.asked_at + to_seconds(s.answer_hours * 3600) <= s.as_of as judged,
        coalesce(a.hours <= s.answer_hours, false) as in_time
    from derived.answer a
    cross join derived.setting s
    cross join (values ('quarter'), ('all')) g (grain)
    where a.asks
),

moment as (
    select brand, direction, grain, period, waited, count(hours) as answers, count(*) as many
    from asked
    group by all
),

open as (
    select
        *,
        sum(many) over (
            partition by brand, direction, grain, period
            order by waited desc
            rows between unbounded preceding and current row
        ) as waiting
    from moment
),

survival as (
    select
        *,
        exp(sum(ln(greatest(1 - answers / waiting, 1e-12))) over (
            partition by brand, direction, grain, period
            order by waited
            rows between unbounded preceding and current row
        )) as unanswered
    from open
),

-- The first moment at which less than half are unanswered; a hair less, for the rounding of exactly half.
median as (
    select brand, direction, grain, period, min(waited) filter (where unanswered < 0.5 - 1e-9) as median_hours
    from survival
    group by all
),

counted as (
    select
        brand,
        direction,
        grain,
        period,
        count(*) as asked,
        count(distinct thread) as threads,
        count(distinct thread) filter (where hours is not null) as closed_loops,
        count(*) filter (where judged) as judged,
        count(*) filter (where judged and in_time) as in_time,
        nullif(count(*) filter (where judged), 0)::double as n,
        count(*) filter (where judged and in_time) / n as share,
        count(*) filter (where judged and hours is null) / n as unanswered_share,
        median(hours) as answered_median_hours
    from asked
    group by brand, direction, grain, period
)

select
    c.brand,
    c.direction,
    c.grain,
    c.period,
    c.asked,
    c.judged,
    c.in_time,
    c.share as in_time_share,
    case when n is not null then greatest(0, (share + z2 / (2 * n) - sqrt(z2 * (share * (1 - share) / n + z2 / (4 * n * n)))) / (1 + z2 / n)) end as low,
    case when n is not null then least(1, (share + z2 / (2 * n) + sqrt(z2 * (share * (1 - share) / n + z2 / (4 * n * n)))) / (1 + z2 / n)) end as high,
    c.unanswered_share,
    m.median_hours,
    c.answered_median_hours,
    c.threads,
    c.closed_loops
from counted c
join median m
    on m.brand = c.brand
    and m.direction = c.direction
    and m.grain = c.grain
    and m.period is not distinct from c.period
cross join (values (1.645 ** 2)) w (z2)
