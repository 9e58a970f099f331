-- Extremes are ranked by the careful end of the interval: few messages never top a list.
select
    person_id,
    name,
    source,
    role,
    feeling,
    low,
    high,
    mentions,
    touches_in,
    touches_out,
    last_in,
    last_out,
    last_touch,
    path,
    stage,
    verdict,
    strained,
    fruit,
    strength,
    count(*) over () as found
from person
where
    brand = $brand
    and ($search = '' or contains(lower(name || ' ' || coalesce(handle, '')), lower($search)))
    and (
        len($sources) = 0
        or person_id in (select person_id from touch where brand = $brand and list_contains($sources, source))
    )
    and touches_in + touches_out >= $touches
    and (len($stages) = 0 or list_contains($stages, stage))
    and (
        $list = 'everybody'
        or ($list = 'changed' and changed)
        or person_id in (select person_id from work_list where brand = $brand and list = $list)
    )
order by
    case $sort
        when 'warmest' then -low
        when 'coldest' then high
        when 'strongest tie' then -strength
        when 'most touches' then -(touches_in + touches_out)
        when 'silent longest' then epoch(last_in)
        else -epoch(last_touch)
    end nulls last,
    person_id
limit $many
offset $skip
