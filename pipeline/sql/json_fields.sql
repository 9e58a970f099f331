-- The values at some paths of JSON objects, in their order: as text, with their types, and whether text_of reads all the same.
select
    json_extract_string(payload, $paths) as texts,
    json_type(payload, $paths) as types,
    list_has_all(['VARCHAR', 'BIGINT', 'UBIGINT', 'NULL'], json_type(payload, $paths)) as textual
from incoming
