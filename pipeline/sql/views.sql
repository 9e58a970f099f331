select *
from saved_view_now
order by lower(name), view_id
