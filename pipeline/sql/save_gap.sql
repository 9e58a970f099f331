insert into gap by name
select
    $source as source,
    $stream as stream,
    $brand as brand,
    $since as since,
    $until as until,
    $now as noted_at
on conflict (source, stream, brand, since) do update set until = greatest(gap.until, excluded.until)
