"""X: what is said to the brand, what it says, what names it untagged, and the conversations that this belongs to."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from pipeline.source_settings import XSource
from pipeline.sources.network import Page, Stream, Window
from pipeline.sources.x_client import Client
from pipeline.sources.x_pages import dearest_page
from pipeline.sources.x_queries import (
    MOST_ARCHIVE,
    MOST_RECENT,
    OR,
    elsewhere,
    everything,
    names,
    no_reposts,
    pack,
    question,
    terms,
)
from pipeline.sources.x_search import fetch_archive, fetch_recent
from pipeline.sources.x_timelines import fetch_timeline, timelines
from pipeline.sources.x_watch import fetch_likes, fetch_watched, likes, quotes, threads
from pipeline.touch import Brand

Fetch = Callable[[Window, Stream, XSource, Client], Iterator[Page]]

FETCH: Mapping[str, Fetch] = {
    "mentions": partial(fetch_timeline, "mentions"),
    "posts": partial(fetch_timeline, "tweets"),
    "search": fetch_recent,
    "threads": partial(fetch_watched, "conversation_id", False),
    "quotes": partial(fetch_watched, "quotes_of_tweet_id", True),
    "likes": fetch_likes,
    "archive": fetch_archive,
}


def streams(settings: XSource, brand: Brand, conversations: Sequence[str]) -> list[Stream]:
    """Return what is read, the cheap first: timelines of each handle, a search for the terms, recent threads."""
    rest = elsewhere(settings, brand)
    asked = pack(terms(settings, brand), rest, MOST_RECENT) if settings.search else ()
    return [
        *(stream for handle in names(settings, brand) for stream in timelines(handle, settings)),
        *(searched("search", "search for", parts, rest, settings) for parts in asked),
        *threads(settings, brand, conversations),
    ]


def more_streams(settings: XSource, brand: Brand, posts: Sequence[str]) -> list[Stream]:
    """Return what is read after that: quotes and likes of the brand's recent posts, and once the archive."""
    rest = no_reposts(settings)
    asked = pack(everything(settings, brand), rest, MOST_ARCHIVE) if settings.archive_since else ()
    return [
        *quotes(settings, brand, posts),
        *likes(settings, posts),
        *(searched("archive", "the archive for", parts, rest, settings) for parts in asked),
    ]


def searched(kind: str, what: str, parts: Sequence[str], rest: str, settings: XSource) -> Stream:
    """Return a search as a stream; with other terms it is another stream, which begins anew."""
    words = OR.join(parts)
    return Stream(
        f"{kind}:{words}",
        f"{what} {words}",
        page_cost=dearest_page(settings, settings.price_post),
        pages=settings.most_pages,
        query=question(parts, rest),
        once=kind == "archive",
    )


def fetch(window: Window, stream: Stream, settings: XSource, client: Client) -> Iterator[Page]:
    """Yield pages, newest first. Raises SourceError."""
    return FETCH[stream.name.partition(":")[0]](window, stream, settings, client)
