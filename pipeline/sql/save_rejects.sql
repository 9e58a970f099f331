-- The same broken row of the same file is one reject, however often the file is read; its dates are read as they were last.
insert into reject by name
select
    sha256(file || chr(0) || row_number || chr(0) || payload) as reject_id,
    file,
    row_number,
    reason,
    payload,
    broken,
    $day_first as day_first,
    $now as rejected_at
from incoming
on conflict (reject_id) do update set
    day_first = excluded.day_first
where reject.day_first is distinct from excluded.day_first
