insert into brand by name
select $brand as brand, $name as name, $now as first_seen
on conflict do nothing
