select row_number, reason
from reject
order by row_number
limit $many
