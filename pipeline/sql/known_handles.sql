select unnest(handles)
from known_handles
where brand = $brand
