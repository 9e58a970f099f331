select
    published_at,
    form,
    people,
    as_of,
    past,
    only_group,
    entries_until,
    fewest_people,
    answer_hours,
    window_days,
    model,
    mentions,
    scored,
    unread,
    rejects
from meta
