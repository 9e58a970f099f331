select published_at, model, mentions, scored
from meta
