-- Under which name a file is kept: the one that its content has, for whichever brand, else the one it was imported by before names were whole paths.
select
    file,
    brand = $brand and file_sha256 = $file_sha256 as same,
    day_first
from import
where file_sha256 = $file_sha256 or file = $typed
order by same desc, file_sha256 = $file_sha256 desc, updated_at
limit 1
