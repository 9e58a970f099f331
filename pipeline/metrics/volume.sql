-- Touches by week and month: in, out, people heard, and mentions by label.
select
    brand,
    g.grain,
    date_trunc(g.grain, happened_at)::date as period,
    count(*) filter (where direction = 'in') as touches_in,
    count(*) filter (where direction = 'out') as touches_out,
    count(distinct person_id) filter (where direction = 'in') as people,
    count(*) filter (where counts and label = 'positive') as positive,
    count(*) filter (where counts and label = 'neutral') as neutral,
    count(*) filter (where counts and label = 'negative') as negative
from derived.ledger
cross join (values ('week'), ('month')) g (grain)
group by all
