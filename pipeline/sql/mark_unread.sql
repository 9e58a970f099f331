-- Imports that may have skipped a row since the one that is taken back had it: those of the brand that went on after it had begun. Those
-- of the same file share its rejects. One that stored every row that was about its brand has skipped none; one that was adopted from
-- another spelling of the brand, of which that is not known though its moments are, may have lost rows to any other.
update import
set finished = false
where
    (file_sha256, brand) <> ($file_sha256, $brand)
    and coalesce(rows_skipped, 1) > 0
    and (
        file = $file
        or (
            brand = $brand
            and (
                greatest(
                    updated_at,
                    (
                        select max(stored_at)
                        from import_moment m
                        where m.file_sha256 = import.file_sha256 and m.brand = import.brand
                    )
                )
                > (select min(stored_at) from import_moment where file_sha256 = $file_sha256 and brand = $brand)
                or (
                    rows_skipped is null
                    and (file_sha256, brand) in (select (file_sha256, brand) from import_moment)
                )
            )
        )
    )
returning file, brand
