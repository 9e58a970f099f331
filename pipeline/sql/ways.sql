select
    brand,
    format,
    mapping,
    coalesce(source, 'file') as source,
    arg_max_null(day_first, updated_at) as day_first
from import
where file = $file
group by all
order by brand
