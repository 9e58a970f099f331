insert into removal by name
select
    sha256((select salt from salt) || unnest($ids)) as id_hash,
    $source as source,
    $reason as reason,
    $now as removed_at
on conflict do nothing
