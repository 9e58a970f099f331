select *
from reject
order by many desc, file, reason
limit $many
