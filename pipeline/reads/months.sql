-- The months of a brand, newest first: mentions that count and were scored, those of them that were drawn and labelled, and doubtful
-- ones without a label.
select
    date_trunc('month', happened_at)::date as month,
    count(*) as mentions,
    count(*) filter (where drawn and label_of_people is not null) as drawn,
    count(*) filter (where doubtful and label_of_people is null) as doubtful
from touch
where brand = $brand and counts and value_of_model is not null
group by month
order by month desc
