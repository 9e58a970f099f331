-- Whose a moment's rows are: the import of this content, where it is one of the brand, else every import of the brand from this file.
insert into import_moment
select file_sha256, brand, $now
from import
where
    brand = $brand
    and (
        file_sha256 = $file_sha256
        or (
            file = $file
            and not exists (select 1 from import where brand = $brand and file_sha256 = $file_sha256)
        )
    )
