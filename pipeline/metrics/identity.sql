-- Which account stands for a person of several: accounts are one person where a chain of merges joins them, as the journal has it now.
-- The account that was named first in the earliest of these merges stands for all, so that later ones do not change who it is.
with recursive sound as ( -- a merge with an account that is not there (any more) joins nobody
    select account_id, with_account_id, written_at, row_id
    from derived.merge
    semi join derived.role using (account_id)
    where with_account_id in (select account_id from derived.role)
),

pair as (
    select account_id, with_account_id as other
    from sound
    union all
    select with_account_id, account_id
    from sound
),

reached as (
    select account_id, other
    from pair
    union
    select r.account_id, p.other
    from reached r
    join pair p on p.account_id = r.other
)

select r.account_id, arg_min(s.account_id, {written_at: s.written_at, row_id: s.row_id}) as main_account_id
from reached r
join sound s on s.account_id = r.other
group by r.account_id
