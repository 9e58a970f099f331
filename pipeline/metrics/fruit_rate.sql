-- What 100 people have borne by so many months (of 30 days) after the first touch in either direction, and how many touches were given
-- and received by then: the mean cumulative function (Nelson 2003). In each month only people count whose month is over,
-- and people who never answered count, too.
with person as (
    select brand, person_id, first_touch, date_sub('day', first_touch, as_of) // 30 as months
    from derived.journey
    cross join derived.setting
),

ended as (
    select brand, months, count(*) as people
    from person
    where months > 0
    group by all
),

old_enough as (
    select brand, month, sum(people)::double as n
    from (
        select brand, people, unnest(range(1, months + 1)) as month
        from ended
    )
    group by all
),

touched as (
    select
        p.brand,
        date_sub('day', p.first_touch, l.happened_at) // 30 + 1 as month,
        count(*) filter (where l.direction = 'out') as given,
        count(*) filter (where l.direction = 'in') as received
    from person p
    join derived.ledger l using (brand, person_id)
    where month <= p.months and l.kind <> 'note'
    group by p.brand, month
),

fruit as (
    select
        p.brand,
        p.person_id,
        p.months,
        f.kind,
        date_sub('day', p.first_touch, f.happened_at) // 30 + 1 as month,
        f.value
    from person p
    join derived.fruit f using (brand, person_id)
    where f.happened_at::date >= p.first_touch::date and month <= p.months -- of fruit only the day is known
),

-- Two things are added up: how many, and what they were worth.
borne as (
    select brand, person_id, months, kind, month, 'fruit' as what, count(*)::double as x
    from (
        from fruit
        union all
        select * replace ('all' as kind)
        from fruit
    )
    group by all
    union all
    select brand, person_id, months, kind, month, 'value', sum(value)
    from (
        from fruit
        union all
        select * replace ('all' as kind)
        from fruit
    )
    where value is not null
    group by all
),

series as (
    select distinct brand, kind, what
    from borne
    union
    select distinct brand, 'all', 'fruit'
    from old_enough
),

mean as (
    select
        s.*,
        o.month,
        o.n,
        coalesce(sum(b.x), 0) as total,
        total / o.n as mu
    from series s
    join old_enough o using (brand)
    left join borne b using (brand, kind, what, month)
    group by s.brand, s.kind, s.what, o.month, o.n
),

-- Lawless and Nadeau's variance, clustered by person: the sum over persons of (their own share less what they were expected to have)
-- squared. expected: of a person who is watched for so many months; of all who bore nothing only the number is needed.
curve as (
    select
        *,
        sum(mu) over sofar as mcf,
        sum(total) over sofar as sofar_total,
        sum(mu / n) over sofar as expected
    from mean
    window sofar as (partition by brand, kind, what order by month)
),

unborne as (
    select
        c.brand,
        c.kind,
        c.what,
        c.month,
        c.n * c.expected ** 2
        + coalesce(
            sum(e.people * c.expected ** 2) over (
                partition by c.brand, c.kind, c.what
                order by c.month
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as squares
    from curve c
    left join ended e on e.brand = c.brand and e.months = c.month
),

own as (
    select
        b.brand,
        b.kind,
        b.what,
        b.person_id,
        b.months,
        c.month,
        sum(b.x / m.n) as share
    from borne b
    join mean m using (brand, kind, what, month)
    join curve c on c.brand = b.brand and c.kind = b.kind and c.what = b.what and c.month >= b.month
    group by all
),

corrected as (
    select
        o.brand,
        o.kind,
        o.what,
        o.month,
        sum(o.share ** 2 - 2 * o.share * c.expected) as squares
    from own o
    join curve c on c.brand = o.brand and c.kind = o.kind and c.what = o.what and c.month = least(o.month, o.months)
    group by all
),

-- Bands on the scale of the logarithm; where there is none yet, the most that is plausible of as many people (Poisson).
band as (
    select
        c.*,
        sqrt(greatest(0, u.squares + coalesce(d.squares, 0))) as se,
        case when mcf > 0 then mcf * exp(-1.645 * se / mcf) else 0 end as low,
        case when mcf > 0 then mcf * exp(1.645 * se / mcf) else -ln(.05) / n end as high
    from curve c
    join unborne u using (brand, kind, what, month)
    left join corrected d using (brand, kind, what, month)
),

touches as (
    select
        o.brand,
        o.month,
        sum(coalesce(t.given, 0) / o.n) over sofar as given,
        sum(coalesce(t.received, 0) / o.n) over sofar as received
    from old_enough o
    left join touched t using (brand, month)
    window sofar as (partition by o.brand order by o.month)
)

select
    f.brand,
    f.kind,
    f.month,
    f.n::bigint as people,
    f.sofar_total::bigint as fruit,
    case when enough then 100 * f.mcf end as fruit_per_100,
    case when enough then 100 * f.low end as low,
    case when enough then 100 * f.high end as high,
    case when enough then 100 * v.mcf end as value_per_100,
    case when enough then 100 * v.low end as value_low,
    case when enough and v.mcf > 0 then 100 * v.high end as value_high,  -- of no value yet nobody knows how much one may be
    case when enough then t.given end as given,
    case when enough then t.received end as received
from (select b.*, n >= fewest_people as enough from band b cross join derived.setting) f
join touches t using (brand, month)
left join band v on v.brand = f.brand and v.kind = f.kind and v.month = f.month and v.what = 'value'
where f.what = 'fruit'
order by f.brand, f.kind, f.month
