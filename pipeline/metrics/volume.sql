-- Mentions by week and month and label: what people said, else the model's likeliest.
select
    brand,
    g.grain,
    date_trunc(g.grain, happened_at)::date as period,
    count(*) filter (where label = 'positive') as positive,
    count(*) filter (where label = 'neutral') as neutral,
    count(*) filter (where label = 'negative') as negative
from derived.ledger
cross join (values ('week'), ('month')) g (grain)
where counts
group by all
