insert into cursor by name
select
    $source as source,
    $stream as stream,
    $brand as brand,
    $since::timestamp as since,
    $newest::timestamp as newest,
    $reached::timestamp as reached,
    $memory::json as memory,
    $now as updated_at
on conflict (source, stream, brand) do update set
    since = excluded.since,
    newest = excluded.newest,
    reached = excluded.reached,
    memory = excluded.memory,
    updated_at = excluded.updated_at
