select published_at, as_of, past, only_group, entries_until, model, mentions, scored, unread, rejects
from meta
