-- How many of those who first spoke in a quarter reached an outcome by t days later: Kaplan-Meier, and beside it the share that
-- reached it before they fell silent (Aalen-Johansen), with 90 % bands. Without a competing end Aalen-Johansen is
-- Kaplan-Meier and its variance is Greenwood's, so one calculation serves both.
with ended as (
    select
        c.*,
        v.competing,
        case
            when v.competing then least(c.reached_at, c.gone_at, s.as_of)
            else least(c.reached_at, s.as_of)
        end as ended_at
    from derived.clock c
    cross join derived.setting s
    cross join (values (false), (true)) v (competing)
),

counted as (
    select
        brand,
        coalesce(cohort, 'all') as cohort,
        outcome,
        competing,
        date_sub('day', first_in, ended_at) as t,
        count(*) as people,
        count(*) filter (where reached_at = ended_at) as events,
        count(*) filter (where reached_at = ended_at or (competing and gone_at = ended_at)) as ends
    from ended
    group by grouping sets ((brand, cohort, outcome, competing, t), (brand, outcome, competing, t))
),

-- Both ways on the same days, and on day 0.
day as (
    select brand, cohort, outcome, t, v.competing
    from (
        select brand, cohort, outcome, t
        from counted
        union
        select brand, cohort, outcome, 0
        from counted
    )
    cross join (values (false), (true)) v (competing)
),

risk as (
    select
        d.*,
        coalesce(c.events, 0)::double as events,
        coalesce(c.ends, 0)::double as ends,
        sum(coalesce(c.people, 0)) over (
            partition by d.brand, d.cohort, d.outcome, d.competing
            order by d.t desc
        )::double as n
    from day d
    left join counted c using (brand, cohort, outcome, competing, t)
),

-- still: the share that neither reached it nor ended otherwise before day t.
before as (
    select
        *,
        coalesce(
            product(1 - ends / nullif(n, 0)) over (
                partition by brand, cohort, outcome, competing
                order by t
                rows between unbounded preceding and 1 preceding
            ),
            1
        ) as still
    from risk
),

share as (
    select *, coalesce(sum(still * events / nullif(n, 0)) over sofar, 0) as f
    from before
    window sofar as (partition by brand, cohort, outcome, competing order by t)
),

-- The delta-method variance of f(t), a sum over earlier days s with f(t) - f(s) in it, expanded so that running sums do
-- (Marubini & Valsecchi 1995).
running as (
    select
        *,
        sum(ends / nullif(n * (n - ends), 0)) over sofar as a0,
        sum(f * ends / nullif(n * (n - ends), 0)) over sofar as a1,
        sum(f * f * ends / nullif(n * (n - ends), 0)) over sofar as a2,
        sum(still * still * (n - events) * events / nullif(n, 0) ** 3) over sofar as b,
        sum(still * events / nullif(n, 0) ** 2) over sofar as c0,
        sum(f * still * events / nullif(n, 0) ** 2) over sofar as c1
    from share
    window sofar as (partition by brand, cohort, outcome, competing order by t)
),

spread as (
    select
        *,
        sqrt(greatest(0, f * f * coalesce(a0, 0) - 2 * f * coalesce(a1, 0) + coalesce(a2, 0) + b - 2 * (f * c0 - c1))) as se
    from running
),

-- Bands on the scale of log(-log(1 - f)); where nobody or everybody reached it, the end of Wilson's interval.
band as (
    select
        r.*,
        case
            when f < 1e-12 then 0
            when 1 - f < 1e-12 then n / (n + 1.645 ** 2)
            else 1 - (1 - f) ** exp(1.645 * se / ((1 - f) * ln(1 - f)))
        end as low,
        case
            when f < 1e-12 then 1.645 ** 2 / (n + 1.645 ** 2)
            when 1 - f < 1e-12 then 1
            else 1 - (1 - f) ** exp(-1.645 * se / ((1 - f) * ln(1 - f)))
        end as high,
        n >= fewest_people as enough
    from spread r
    cross join derived.setting
),

side as (
    select
        brand,
        cohort,
        outcome,
        t,
        max(n) filter (where not competing)::bigint as at_risk,
        max(events) filter (where not competing)::bigint as events,
        max(f) filter (where not competing and enough) as reached,
        max(low) filter (where not competing and enough) as low,
        max(high) filter (where not competing and enough) as high,
        max(n) filter (where competing)::bigint as at_risk_competing,
        max(f) filter (where competing and enough) as reached_competing,
        max(low) filter (where competing and enough) as low_competing,
        max(high) filter (where competing and enough) as high_competing
    from band
    group by all
)

-- The days on which something happened, the first, and the last of which enough is known: so far the line is drawn.
select *
from side
qualify t = 0 or events > 0 or t = max(t) filter (where reached is not null) over (partition by brand, cohort, outcome)
order by brand, cohort, outcome, t
