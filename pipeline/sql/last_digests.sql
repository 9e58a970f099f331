-- When each address took a digest that nobody had asked for.
select address, max(sent_at) as sent_at
from notice
where kind = 'digest' and subject not like 'asked for %' and sent_at <= $now
group by address
