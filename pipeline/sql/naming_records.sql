-- The raw records in which a whole value may be one of the names: `unnamed.py` looks closer.
select touch_id, brand, payload
from raw
where regexp_matches(payload, $pattern, 'i')
