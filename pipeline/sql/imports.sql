-- What was imported, newest first. is_known: whether it is known of every row that an import stored.
select
    file_sha256,
    brand,
    file,
    format,
    rows_read,
    rows_stored,
    updated_at,
    finished,
    not exists (
        select 1
        from import_moment m
        where m.file_sha256 = i.file_sha256 and m.brand = i.brand and m.stored_at is null
    ) as is_known
from import i
order by updated_at desc, file, brand
