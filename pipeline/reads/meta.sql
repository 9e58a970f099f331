select published_at, as_of, past, entries_until, model, mentions, scored, unread, rejects
from meta
