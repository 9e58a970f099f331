-- Whose labels the model's errors are taken out by, with the mentions that each way is used for in the period. chosen: those of them
-- that people labelled without having drawn them by chance; in_band: how far the model puts their feeling off is known.
select
    case when d.corrected then d.origin else 'none' end as origin,
    max(d.labels) as labels,
    bool_or(d.corrected and d.shaky) as shaky,
    bool_and(d.sd is not null) as in_band,
    count(*) as mentions,
    count(*) filter (where d.corrected and t.label_of_people is not null and not coalesce(t.drawn, false)) as chosen
from touch t
join debias d using (brand, source)
where t.brand = $brand and t.counts and t.happened_at >= $start and t.happened_at < $until
group by all
order by mentions desc
