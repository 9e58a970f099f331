"""Hacker News: stories and comments that say one of the brand's terms, through Algolia's search."""

import html
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx

from pipeline.source_settings import HackerNewsSource
from pipeline.sources.files import required, text_of
from pipeline.sources.network import Page, Secrets, SourceError, Stream, Window, to_records
from pipeline.touch import Account, Brand, Mapped, MappingError, NotAbout, Outcome, Record, Touch, to_time

PAGE_SIZE = 100
MOST_HITS = 1000  # a query shows no more; what is older is asked for by time
ITEM = "https://news.ycombinator.com/item?id="


def streams(settings: HackerNewsSource, brand: Brand, conversations: Sequence[str]) -> list[Stream]:
    """Return a search for each term; all of them are free."""
    terms = settings.terms or tuple(dict.fromkeys((brand.name, *brand.terms)))
    return [Stream(f"search:{term}", f"search for {term!r}", query=term) for term in terms]


def connect(settings: HackerNewsSource, secrets: Secrets) -> httpx.Client:
    """Return the client."""
    return httpx.Client(base_url=settings.api_base, timeout=settings.timeout_seconds)


def fetch(window: Window, stream: Stream, settings: HackerNewsSource, client: httpx.Client) -> Iterator[Page]:
    """Yield pages, newest first. Past MOST_HITS the window is narrowed to what is older than all seen."""
    until, hits = window.until, MOST_HITS
    while hits >= MOST_HITS:
        hits, oldest = 0, until
        for number in range(MOST_HITS // PAGE_SIZE):
            page = ask(client, stream.query, window.since, until, number)
            hits += len(page.records)
            oldest = page.oldest or oldest
            yield page
            if len(page.records) < PAGE_SIZE:
                return
        if oldest == until:
            raise SourceError(f"more than {MOST_HITS} hits for {stream.query!r} within one second")
        until = oldest


def ask(client: httpx.Client, query: str, since: datetime | None, until: datetime | None, number: int) -> Page:
    """Return one page. Raises SourceError."""
    bounds = [f"created_at_i>={seconds(since)}"] if since else []
    bounds += [f"created_at_i<{seconds(until)}"] if until else []
    values = {"query": f'"{query}"', "tags": "(story,comment)", "hitsPerPage": PAGE_SIZE, "page": number}
    answer = answered(client, {**values, "numericFilters": ",".join(bounds)})
    records = to_records(answer)
    moments = [datetime.fromtimestamp(at, UTC).replace(tzinfo=None) for r in records if (at := moment(r))]
    return Page(records, max(moments, default=None), min(moments, default=None))


def moment(record: Record) -> int | None:
    """Return when a record was written, in seconds, if it says so soundly."""
    value = record.values.get("created_at_i")
    return value if isinstance(value, int) and 0 < value < 1 << 33 else None


def seconds(moment: datetime) -> int:
    """Return a naive UTC moment in Unix seconds."""
    return int(moment.replace(tzinfo=UTC).timestamp())


def answered(client: httpx.Client, values: dict[str, Any]) -> list[Any]:
    """Return the hits of an answer. Raises SourceError saying what went wrong."""
    try:
        answer = client.get("/search_by_date", params=values)
        answer.raise_for_status()
        hits = answer.json()["hits"]
    except httpx.HTTPStatusError as error:
        raise SourceError(f"Hacker News answered {error.response.status_code}") from error
    except httpx.HTTPError as error:
        raise SourceError(f"Hacker News cannot be reached: {error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise SourceError("Hacker News answered something that is not its JSON") from error
    if not isinstance(hits, list):
        raise SourceError("Hacker News answered something that is not its JSON")
    return hits


def to_touch(record: Record, brand: Brand) -> Outcome:
    """Return a story or comment as a touch. Raises MappingError where it cannot be one."""
    native, author = required(record, "objectID"), required(record, "author")
    story = text_of(record, "story_id") or native
    parent = text_of(record, "parent_id")
    text = words(record)
    if not text:
        raise MappingError("no text")
    if not is_about(text, brand):
        return NotAbout(record)  # the search is generous with spelling
    ours = brand.is_called(author)
    touch = Touch(
        id=f"hackernews:{native}",
        source="hackernews",
        brand=brand.key,
        account=None if ours else Account(f"hackernews:{author}", "hackernews", author, author),
        direction="out" if ours else "in",
        kind="reply" if parent else "mention",
        at=to_time(text_of(record, "created_at")),
        text=text,
        conversation=f"hackernews:{story}",
        reply_to=f"hackernews:{parent}" if parent else None,
        url=f"{ITEM}{native}",
        author=author if ours else None,
    )
    return Mapped(record, touch)


def words(record: Record) -> str:
    """Return title and text without their HTML."""
    parts = [text_of(record, key) for key in ("title", "story_text", "comment_text")]
    broken = re.sub(r"<(p|br|/p)[^>]*>", "\n", "\n".join(part for part in parts if part))
    return html.unescape(re.sub(r"<[^>]+>", "", broken)).strip()


def is_about(text: str, brand: Brand) -> bool:
    """Say whether a text has one of the brand's names as whole words."""
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) for name in brand.names() if name)
