-- What needs not be told again to whom. Of failures, none within a day of the last: a source may come and go all day.
select kind, subject, address
from notice
where sent_at is not null
union
select kind, 'now', address
from notice
where kind = 'failure' and sent_at > $now - interval 1 day and sent_at <= $now;
