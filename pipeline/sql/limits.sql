-- Of whom and of when the numbers are, where not of everybody and of now.
select
    case when past then strftime(as_of - interval 1 day, '%Y-%m-%d') end as as_of,
    group_what || ':' || group_name as only_group
from derived.setting
