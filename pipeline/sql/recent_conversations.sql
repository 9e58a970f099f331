select conversation
from touch
where source = $source and brand = $brand and conversation is not null
group by conversation
having max(happened_at) >= $since
order by max(happened_at) desc
