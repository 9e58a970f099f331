insert into forgotten
select $salt, hash
from incoming
on conflict do nothing
