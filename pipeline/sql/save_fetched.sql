insert into fetched by name
select
    $source as source,
    $stream as stream,
    $requests as requests,
    $records as records,
    $cost as cost,
    $now as fetched_at
