-- A made-up workspace for measuring: $touches touches of a fifth as many people over three years, most of them with one or
-- two touches and some with hundreds, in threads of about three, a third of them ours. Always the same.
insert into brand values ('generated', 'Generated', timestamp '2023-01-01');

create temp table made as
with u as (
    select
        i,
        hash(i) % 1000003 / 1000003.0 as u1,
        hash(i + 1000000007) % 1000003 / 1000003.0 as u2,
        hash(i + 2000000011) % 1000003 / 1000003.0 as u3
    from range($touches) r (i)
),

p as (
    select
        *,
        floor(greatest(1, $touches / 5) * pow(u1, 1.7))::bigint as person,
        case when hash(i + 3000000019) % 3 = 0 then 'out' else 'in' end as direction
    from u
)

select
    'made:' || i as touch_id,
    'made:' || person as account_id,
    direction,
    timestamp '2023-01-01' + to_seconds((u2 * 3 * 365 * 86400)::bigint) as happened_at,
    'made:' || person || ':' || floor(u2 * 60)::bigint as conversation,
    u3,
    hash(person) % 1000 / 1000.0 - 0.5 as leaning
from p;

insert into account by name
select distinct account_id, 'x' as source, replace(account_id, ':', '') as handle, null as name, 'person' as kind, timestamp '2023-01-01' as first_seen
from made;

insert into touch by name
select
    touch_id,
    'generated' as brand,
    account_id,
    'x' as source,
    direction,
    'reply' as kind,
    true as public,
    true as addressed,
    happened_at,
    conversation,
    'made up words ' || touch_id as text,
    happened_at as stored_at
from made;

insert into score by name
select
    touch_id,
    'generated' as brand,
    'generated' as model,
    (1 - u3) * (0.5 - leaning / 2) as negative,
    u3 as neutral,
    (1 - u3) * (0.5 + leaning / 2) as positive,
    false as doubtful,
    happened_at as scored_at
from made
where direction = 'in'
