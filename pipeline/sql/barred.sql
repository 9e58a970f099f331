-- How many of the accounts and messages that come in are of somebody forgotten, as the journal knows it.
select count(*)
from incoming
cross join (select distinct salt from forgotten)
where sha256(salt || name) in (select hash from forgotten)
