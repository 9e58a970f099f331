-- Those that are new; returns since when each of them all is told.
insert into recipient
select unnest($addresses), $now
on conflict do nothing;

select address, since
from recipient
where list_contains($addresses, address);
