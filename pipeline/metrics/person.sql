-- One row per person and brand: who, how often in each direction, when last, and the feeling
-- as it stands now. A name is told only where
-- the person addressed the brand from one of their accounts, or the brand spoke to them (privacy rule).
with t as (
    select
        brand,
        person_id,
        any_value(main_account_id) as account_id,
        count(*) filter (where direction = 'in') as touches_in,
        count(*) filter (where direction = 'out') as touches_out,
        min(happened_at) as first_touch,
        max(happened_at) as last_touch,
        max(happened_at) filter (where direction = 'in') as last_in,
        max(happened_at) filter (where direction = 'out') as last_out,
        count(*) filter (where counts) as mentions,
        bool_or(addressed or direction = 'out') as named
    from derived.ledger
    where person_id is not null
    group by all
),

spark as (
    select brand, person_id, list(feeling order by day) as path
    from derived.feeling_path
    group by all
)

select
    t.brand,
    t.person_id,
    case when t.named then t.account_id end as account_id,
    r.source,
    r.role,
    case
        when t.named then coalesce(r.name, r.handle, 'someone on ' || upper(r.source[1]) || r.source[2:])
        else 'someone on ' || upper(r.source[1]) || r.source[2:] || ' · ' || left(t.person_id, 4)
    end as name,
    case when t.named then r.handle end as handle,
    t.touches_in,
    t.touches_out,
    t.first_touch,
    t.last_touch,
    t.last_in,
    t.last_out,
    t.mentions,
    case when l.level is not null then greatest(-1, least(1, l.level)) end as feeling,
    l.low,
    l.high,
    s.path
from t
join derived.role r using (account_id)
left join derived.level l using (brand, person_id)
left join spark s using (brand, person_id)
