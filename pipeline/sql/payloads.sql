-- Rows of a table as JSON objects, in their order; of two columns of one name the last counts.
select to_json(map($keys, list_select(cells::varchar[], $places)))::varchar as payload
from incoming
