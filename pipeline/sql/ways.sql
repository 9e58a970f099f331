select distinct brand, format, mapping, coalesce(source, 'file') as source
from import
where file = $file
order by brand
