-- Every account of which something is in the journal, taken back or not.
select account_id
from change_row
where account_id is not null
union
select with_account_id
from merge
union
select for_account
from fruit
where for_account is not null
