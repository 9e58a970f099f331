select file, reason, many, last_seen
from reject
order by many desc
