select published_at, as_of, past, only_group, entries_until, fewest_people, model, mentions, scored, unread, rejects
from meta
