select
    published_at,
    form,
    people,
    as_of,
    past,
    only_group,
    entries_until,
    fewest_people,
    model,
    mentions,
    scored,
    unread,
    rejects
from meta
