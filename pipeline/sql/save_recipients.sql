-- Those that are new; returns since when each of them all is told. A moment that has not come was of a clock that was ahead.
insert into recipient
select unnest($addresses), $now
on conflict do update set since = excluded.since
where excluded.since < recipient.since;

select address, since
from recipient
where list_contains($addresses, address);
