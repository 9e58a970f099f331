-- What is gone of one brand alone is counted, but may come again, of any brand: it is remembered by no id that a touch has.
insert into removal by name
select
    sha256((select salt from salt) || unnest($ids) || if($brand = '', '', ' of ' || $brand)) as id_hash,
    $source as source,
    $reason as reason,
    $now as removed_at
on conflict do nothing
