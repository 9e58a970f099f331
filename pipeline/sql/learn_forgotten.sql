insert into forgotten by name
select
    $hash as hash,
    $author as author,
    $forgotten_at::timestamp as forgotten_at,
    $source as source
on conflict do nothing
