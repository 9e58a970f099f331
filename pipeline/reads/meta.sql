select published_at, entries_until, model, mentions, scored, unread, rejects
from meta
