update reject
set reason = incoming.reason
from incoming
where reject.reject_id = incoming.reject_id and reject.reason <> incoming.reason
