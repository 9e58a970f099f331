select published_at, entries_until, model, mentions, scored, rejects
from meta
