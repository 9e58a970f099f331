"""Which moments of a stream are to be asked for, and how its cursor moves with every page."""

from datetime import UTC, datetime, timedelta

from pipeline.cursors import Cursor
from pipeline.source_settings import NetworkSource
from pipeline.sources.network import Page, Stream, Window
from pipeline.store import now


def to_window(settings: NetworkSource, cursor: Cursor) -> Window:
    """Return what is to be asked for after a cursor: the rest of an unfinished window, else what is new since."""
    since = cursor.since and cursor.since - timedelta(minutes=settings.overlap_minutes)
    until = cursor.reached and cursor.reached + timedelta(seconds=1)  # several of one second may straddle a page
    return Window(since or to_naive(settings.since), until, cursor.memory)


def to_naive(moment: datetime | None) -> datetime | None:
    """Return a moment of brand.toml as naive UTC; one without a zone is UTC."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment and moment.tzinfo else moment


def advance(cursor: Cursor, page: Page, oldest_first: bool) -> Cursor:
    """Return the cursor after a page of an unfinished window; a date in the future is an error of who wrote it."""
    memory = page.memory or cursor.memory
    newest = page.newest and min(page.newest, now())
    if oldest_first:
        return Cursor(latest(cursor.since, newest), memory=memory)
    reached = min((moment for moment in (cursor.reached, page.oldest) if moment), default=None)
    return Cursor(cursor.since, latest(cursor.newest, newest), reached, memory)


def finish(cursor: Cursor) -> Cursor:
    """Return the cursor of a window that was read to its end."""
    return Cursor(latest(cursor.since, cursor.newest), memory=cursor.memory)


def latest(*moments: datetime | None) -> datetime | None:
    """Return the latest of the moments that there are."""
    return max((moment for moment in moments if moment), default=None)


def is_finished(stream: Stream, cursor: Cursor) -> bool:
    """Say whether a stream is one that is read once, and was."""
    return stream.once and bool(cursor.memory.get("finished"))
