-- The band holds how far the model puts the level off, too.
select
    period,
    weighting,
    greatest(-1, least(1, estimate)) as estimate,
    low_level as low,
    high_level as high,
    people,
    mentions
from brand_index
where brand = $brand and weighting in ('person', 'post') and grain = $grain and period >= date_trunc($grain, $start) and period < $until
order by weighting, period
