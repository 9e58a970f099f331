"""RSS and Atom: the entries of feeds, asked for only where a feed has changed."""

import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from pipeline.source_settings import RssSource
from pipeline.sources.network import Page, Secrets, SourceError, Stream, Window, to_records
from pipeline.sources.web import Answer, Site, ask, open_client
from pipeline.touch import Brand, to_utc

CONDITIONS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
ACCEPT = "application/atom+xml, application/rss+xml, application/rdf+xml, application/xml;q=0.9, */*;q=0.1"


def streams(settings: RssSource, brand: Brand, conversations: Sequence[str]) -> list[Stream]:
    """Return a stream for each feed; all are free, and each is one request."""
    return [Stream(f"feed:{short(url)}", f"the feed {short(url)}", pages=1, query=url) for url in settings.feeds]


def short(url: str) -> str:
    """Return an address as it may be shown and kept: what stands behind the question mark may be a key."""
    query = urlsplit(url).query
    key = f"?{hashlib.sha256(query.encode()).hexdigest()[:8]}" if query else ""
    return bare(url).partition("://")[2] + key


def bare(url: str) -> str:
    """Return an address without a login before its host, and without what stands behind the question mark."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def connect(settings: RssSource, secrets: Secrets) -> httpx.Client:
    """Return the client; feeds need no key."""
    return open_client(settings.timeout_seconds)


def fetch(window: Window, stream: Stream, settings: RssSource, client: httpx.Client) -> Iterator[Page]:
    """Yield the one page of a feed. Raises SourceError, which says nothing of the other feeds."""
    try:
        page = read_feed(window, stream, settings, client)
    except SourceError as error:
        raise SourceError(str(error), error.until, alone=True) from error
    yield page


def read_feed(window: Window, stream: Stream, settings: RssSource, client: httpx.Client) -> Page:
    """Return a feed as a page, without records where it has not changed since the last time. Raises SourceError."""
    site = Site(f"The feed {short(stream.query)}", "feeds")
    remembered = window.memory if window.memory.get("all") == settings.all else {}
    headers = {name: remembered[key] for key, name in CONDITIONS.items() if key in remembered}
    most = int(settings.most_megabytes * (1 << 20))
    answer = ask(client, stream.query, site, None, {"Accept": ACCEPT} | headers, (200, 304), most)
    if answer.status == 304:
        return Page((), memory=window.memory)
    feed = parse(answer, site)
    values = [to_values(entry, feed["feed"], answer.url, settings.all) for entry in feed["entries"]]
    seen = first_seen(values, window.memory.get("seen", {}))
    values = [each | {"seen": seen.get(digest(each))} for each in values]
    moments = [moment for each in values if (moment := moment_of(each))]
    since = to_utc(settings.since) if settings.since else datetime.min
    memory: dict[str, Any] = {key: answer.headers[key] for key in CONDITIONS if key in answer.headers}
    memory |= {"all": settings.all, "seen": seen}
    return Page(
        to_records([each for each in values if (moment_of(each) or datetime.max) >= since]),
        max(moments, default=None),
        min(moments, default=None),
        notes=notes(answer, feed),
        memory=memory,
    )


def parse(answer: Answer, site: Site) -> Any:
    """Return a parsed feed. Raises SourceError where there is none in the answer.

    Broken XML is read as far as can be. Its encoding is what the server, else the file says, else what fits the bytes.
    """
    import feedparser

    headers = {"content-type": answer.headers.get("content-type", "application/xml")}
    what = f"{site.name} is no RSS or Atom, or is broken from its beginning; check feeds in brand.toml"
    try:
        feed = feedparser.parse(io.BytesIO(answer.body), response_headers=headers, resolve_relative_uris=False)
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError) as error:  # of bytes that are no text
        raise SourceError(what) from error
    if not feed.get("version") and not feed["entries"]:
        raise SourceError(what)
    return feed


def notes(answer: Answer, feed: Any) -> tuple[str, ...]:
    """Return what is to be told of a feed: that it moved for good, or that it is broken."""
    from feedparser.exceptions import ThingsNobodyCaresAboutButMe

    broken = feed["bozo"] and not isinstance(feed["bozo_exception"], ThingsNobodyCaresAboutButMe)
    return (
        *((f"it has moved for good, to {bare(answer.moved)}: change feeds in brand.toml",) if answer.moved else ()),
        *((f"broken XML, read as far as it could be: {feed['bozo_exception']}",) if broken else ()),
    )


def to_values(entry: Mapping[str, Any], feed: Mapping[str, Any], url: str, about: bool) -> dict[str, Any]:
    """Return an entry as it is kept, with what its mapping needs of the feed; ``about``: all are about the brand."""
    found = dict(entry)  # the parser's own mapping answers one key for another, with a warning
    where = found.get("source") or feed
    return {
        "id": found.get("id"),
        "link": found.get("link"),
        "title": worded(found.get("title_detail")),
        "content": worded(*found.get("content", ()), found.get("summary_detail")),
        "author": author_of(found),
        "published": date_of(found),
        "answers": (found.get("thr_in-reply-to") or {}).get("ref"),
        "site": {"title": where.get("title"), "link": without_query(where), "feed": bare(url)},
        "seen": None,  # set where there is no date
        "about": about,
    }


def first_seen(values: Sequence[dict[str, Any]], before: Mapping[str, str]) -> dict[str, str]:
    """Return the moment at which each entry without a date was first seen, by its digest; ``before``: those known.

    The moment is part of what is kept of an entry: a new one at every look would make a new reject of an old one.
    """
    moment = datetime.now(UTC).replace(tzinfo=None, microsecond=0).isoformat()
    undated = [digest(each) for each in values if each["published"] is None]
    return {each: before.get(each, moment) for each in undated}


def digest(values: Mapping[str, Any]) -> str:
    """Return what an entry without a date is remembered by."""
    return hashlib.sha256(json.dumps(values, default=str).encode()).hexdigest()[:16]


def without_query(site: Mapping[str, Any]) -> str | None:
    """Return the address of a site as it may be kept: some feeds give their own, with the reader's key."""
    link = site.get("link") or site.get("href")
    return str(link).partition("?")[0] if link else None


def author_of(entry: Mapping[str, Any]) -> str | None:
    """Return the name of an author without their e-mail address, which nobody needs here.

    RSS has both in one text, as ``address (name)``; the parser takes them apart, but breaks newer domains in two.
    """
    name = re.sub(r"\S+@\S+", "", str(entry.get("author") or "")).strip()
    alone = re.fullmatch(r"\((.+)\)", name)
    return (alone[1] if alone else name) or None


def worded(*details: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the first of the wordings that there is: its type and its words."""
    return next(({"type": each.get("type"), "value": each.get("value")} for each in details if each), None)


def date_of(entry: Mapping[str, Any]) -> str | None:
    """Return when an entry was published, else changed: in ISO 8601 as UTC, else as the feed said it."""
    for name in ("published", "updated", "created"):
        if entry.get(f"{name}_parsed"):
            return datetime(*entry[f"{name}_parsed"][:6]).isoformat()
        if entry.get(name):
            return str(entry[name])
    return None


def moment_of(values: Mapping[str, Any]) -> datetime | None:
    """Return when an entry was published, if the feed says it so that it can be understood."""
    try:
        return datetime.fromisoformat(values["published"] or "").replace(tzinfo=None)
    except ValueError:
        return None
