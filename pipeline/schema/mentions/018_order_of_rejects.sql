-- Whether the day came first in the dates of a reject's own file: under one path several files may come, each in an order of its own.
-- Of the rejects that are there nobody knows it but by the last of these.
alter table reject add column day_first boolean;

update reject
set day_first = last.day_first
from (
    select file, arg_max_null(day_first, updated_at) as day_first
    from import
    group by file
) as last
where reject.file = last.file and last.day_first is not null;
