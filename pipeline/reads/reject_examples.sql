select row_number, shape
from reject_example
where file = $file and reason = $reason
order by row_number
