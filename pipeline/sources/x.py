"""X: what is said to the brand, what it says, what names it untagged, and the conversations that this belongs to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from pipeline.source_settings import XSource
from pipeline.sources import x_watch
from pipeline.sources.network import Page, Stream, Window
from pipeline.sources.x_client import Client, find_user
from pipeline.sources.x_pages import Reading, dearest_page
from pipeline.sources.x_queries import MOST_ARCHIVE, MOST_RECENT, elsewhere, everything, names, pack, terms
from pipeline.sources.x_read import ask_pages, floor, moment, now, written
from pipeline.touch import Brand

MOST_LISTED = {"mentions": 800, "posts": 3200}  # a timeline goes no further back
ROUTES = {"mentions": "mentions", "posts": "tweets"}
NEARLY = 0.9  # what was deleted is missing from a timeline, but counts
ARCHIVE_OVERLAP = timedelta(days=1)  # with what the recent search reaches
ARCHIVE_PAUSE = 1.0  # seconds: the archive answers one question a second


def streams(settings: XSource, brand: Brand, conversations: Sequence[str]) -> list[Stream]:
    """Return what is read, the cheap first: both timelines of each handle, a search for the terms, the recent threads."""
    handles = names(brand)
    found = [timeline(kind, handle, settings) for handle in handles for kind in ROUTES]
    if settings.search:
        found += [to_search(query, settings) for query in pack(terms(settings, brand), elsewhere(settings, brand), MOST_RECENT)]
    return found + x_watch.threads(settings, brand, conversations)


def more_streams(settings: XSource, brand: Brand, posts: Sequence[str]) -> list[Stream]:
    """Return what is read after that: quotes and likes of the brand's recent posts, and once the archive."""
    found = x_watch.quotes(settings, brand, posts) + x_watch.likes(settings, posts)
    if settings.archive_since:
        parts = everything(settings, brand)
        rest = " ".join(filter(None, ["-is:retweet", settings.query_extra]))
        found += [to_archive(query, settings) for query in pack(parts, rest, MOST_ARCHIVE)]
    return found
