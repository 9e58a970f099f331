insert into import_moment
select file_sha256, brand, $now
from import
where brand = $brand and coalesce(file_sha256 = $file_sha256, file = $file)
