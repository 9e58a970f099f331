-- With how many people spoke: of a few it is not told what they felt.
select v.period, v.positive, v.neutral, v.negative, i.people
from volume v
join brand_index i on i.brand = v.brand and i.grain = v.grain and i.period = v.period and i.weighting = 'person'
where v.brand = $brand and v.grain = $grain and v.period >= date_trunc($grain, $start) and v.period < $until
order by v.period
