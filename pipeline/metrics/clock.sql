-- How long each relationship was on its way to each outcome: from their first word, until they reached it (null: not yet). Who
-- had the outcome on an earlier day than they first spoke did not reach it on this clock, and is left out. Of what was typed in only
-- the day is known.
select brand, person_id, cohort, outcome, first_in, reached_at, gone_at
from derived.journey
unpivot include nulls (
    reached_at for outcome in (two_way_at as 'two-way', offline_at as 'offline', fruit_at as 'fruit')
)
where
    first_in is not null
    -- Where nothing of ours is collected, that nobody had an exchange with us says nothing.
    and (outcome <> 'two-way' or brand in (select brand from derived.ledger where direction = 'out' and not offline))
    and coalesce(reached_at::date >= first_in::date, true)
