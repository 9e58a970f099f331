-- A further row of one fruit_id corrects what was said before; the newest counts.
insert into fruit by name
select
    $row_id as row_id,
    $fruit_id as fruit_id,
    $brand as brand,
    $account_id as account_id,
    $kind as kind,
    $happened_at as happened_at,
    $value::double as value,
    $for_account::text as for_account,
    $text as text,
    $withdrawn as withdrawn,
    $author as author,
    $written_at as written_at
