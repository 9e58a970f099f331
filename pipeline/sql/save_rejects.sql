-- The same broken row of the same file is one reject, however often the file is read.
insert into reject by name
select
    sha256(file || chr(0) || row_number || chr(0) || payload) as reject_id,
    file,
    row_number,
    reason,
    payload,
    broken,
    $now as rejected_at
from incoming
on conflict do nothing
