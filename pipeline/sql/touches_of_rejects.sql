select
    reject.reject_id,
    reject.payload as rejected,
    incoming.payload as mapped
from reject
join incoming on incoming.number = reject.row_number
where reject.file = $file and reject.broken is not true
