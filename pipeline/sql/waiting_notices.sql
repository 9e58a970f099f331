-- What was not taken and is not tried again yet, and why not. The first refresh after the failure tries, then half an hour passes, an hour, two: at most a day.
select kind, subject, address, why
from notice
where
    sent_at is null
    and tries > 1
    and $now >= tried_at
    and $now < tried_at + to_minutes(least(1440, 15 * 2 ** least(tries - 1, 7))::bigint)
