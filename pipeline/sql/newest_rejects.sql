select file, row_number, reason, payload, rejected_at
from reject
order by rejected_at desc, file, row_number
limit $many
