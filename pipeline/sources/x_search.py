"""Searches of X: the recent one, which reaches seven days back, and the archive of everything."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from pipeline.source_settings import XSource
from pipeline.sources.network import Page, Stream, Window
from pipeline.sources.x_client import Client
from pipeline.sources.x_pages import Reading, fields, to_page
from pipeline.sources.x_read import Question, ask_pages, floor, now, span
from pipeline.touch import to_utc

ARCHIVE_OVERLAP = timedelta(days=1)  # with what the recent search reaches
ARCHIVE_PAUSE = 1.0  # seconds: the archive takes one question a second
OLDER = "the recent search of X reaches 7 days back; archive_since in brand.toml brings what is older"


def fetch_recent(window: Window, stream: Stream, settings: XSource, client: Client) -> Iterator[Page]:
    """Yield the pages of the recent search, newest first; what it does not reach any more is told as a gap.

    The memory has up to when all was asked for, since the newest hit may be much older than the last question.
    """
    limit, memory = floor(), dict(window.memory)
    start = max(window.since or limit, limit)
    missed = gap(window, memory, limit)
    if window.until and window.until <= start:
        yield Page((), requests=0, gap=missed)
        return
    if not window.until:
        memory |= {"asked": now().isoformat(), "from": start.isoformat()}
    notes = (OLDER,) if window.since and window.since < limit and "covered" not in memory else ()
    question = Question(
        "/2/tweets/search/recent",
        {"query": stream.query} | span(start, window.until) | fields(settings),
        most=settings.most_pages,
    )
    for page, last in read(client, question, stream, settings, memory):
        memory = {**page.memory} | ({"covered": page.memory.get("asked")} if last else {})
        yield replace(page, memory=memory, gap=missed, notes=(*page.notes, *notes))
        missed, notes = None, ()


def gap(window: Window, memory: Mapping[str, Any], limit: datetime) -> tuple[datetime, datetime] | None:
    """Return what was to be read and is out of reach: since the last run, or of a window that it left unfinished."""
    known = memory.get("from" if window.until else "covered")
    since = datetime.fromisoformat(known) if known else None
    return (since, min(limit, window.until or limit)) if since and since < limit else None


def fetch_archive(window: Window, stream: Stream, settings: XSource, client: Client) -> Iterator[Page]:
    """Yield the pages of the archive from ``archive_since`` to where the recent search takes over, newest first."""
    assert settings.archive_since
    since, until = to_utc(settings.archive_since), window.until or floor() + ARCHIVE_OVERLAP
    if since >= until:
        yield Page((), requests=0, memory={"finished": True})
        return
    question = Question(
        "/2/tweets/search/all",
        {"query": stream.query} | span(since, until) | fields(settings),
        most=settings.most_pages,
        pause=ARCHIVE_PAUSE,
    )
    for page, last in read(client, question, stream, settings, dict(window.memory)):
        yield replace(page, memory={**page.memory, "finished": last})


def read(
    client: Client, question: Question, stream: Stream, settings: XSource, memory: Mapping[str, Any]
) -> Iterator[tuple[Page, bool]]:
    """Yield the pages of a search, and whether each is the last."""
    reading = Reading(settings, stream.what, settings.price_post, matched=True, handles=client.handles())
    for answer, last in ask_pages(client, question, reading):
        page = to_page(answer, reading, memory)
        memory = page.memory
        yield page, last
