-- The months of a brand, newest first, with the mentions that count and were scored, and how many of them the model is in doubt of.
select
    date_trunc('month', happened_at) as month,
    count(*) as mentions,
    count(*) filter (where doubtful) as doubtful
from touch
where brand = $brand and counts and value_of_model is not null
group by month
order by month desc
