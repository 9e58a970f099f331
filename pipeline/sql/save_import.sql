insert into import by name
select
    $file_sha256 as file_sha256,
    $brand as brand,
    $file as file,
    $format as format,
    $mapping as mapping,
    $source as source,
    $day_first as day_first,
    $rows_read as rows_read,
    $rows_stored as rows_stored,
    $rows_skipped as rows_skipped,
    $finished as finished,
    $now as updated_at
on conflict (file_sha256, brand) do update set
    file = excluded.file,
    mapping = excluded.mapping,
    source = excluded.source,
    day_first = case when excluded.rows_stored > 0 then excluded.day_first else import.day_first end,  -- of what is stored
    rows_read = greatest(import.rows_read, excluded.rows_read),
    rows_stored = import.rows_stored + excluded.rows_stored,
    rows_skipped = import.rows_skipped + excluded.rows_skipped,
    finished = import.finished or excluded.finished,
    updated_at = excluded.updated_at
