insert into account by name
select * exclude (is_new)
from incoming
where is_new
