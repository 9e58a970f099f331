select
    brand,
    format,
    mapping,
    coalesce(source, 'file') as source
from import
where file = $file
group by all
order by brand
