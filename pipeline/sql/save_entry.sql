insert into entry by name
select
    $entry_id as entry_id,
    $brand as brand,
    $account_id as account_id,
    $direction as direction,
    $kind as kind,
    $happened_at as happened_at,
    $text as text,
    $author as author,
    $written_at as written_at
