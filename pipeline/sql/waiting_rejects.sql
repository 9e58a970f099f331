-- Rejects of a file that are whole, each with the content that brought it; null where nobody knows that, and of a stream.
select
    reject_id,
    payload,
    day_first,
    (select any_value(file_sha256) from import_moment where stored_at = rejected_at) as file_sha256
from reject
where file = $file and broken is not true and reject_id > $after
order by reject_id
limit $many
