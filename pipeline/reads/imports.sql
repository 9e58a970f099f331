select *
from import
order by updated_at desc, file
limit $many
