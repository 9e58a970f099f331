"""Two feeds of a site, one in RSS and one in Atom, that answer conditional requests."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from types import MappingProxyType
from typing import Any
from xml.sax.saxutils import escape

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.servers import Expected
from tests.servers.faults import Faults

START = datetime(2026, 3, 2, 9, 0, 0)


@dataclass
class Entry:
    """One entry, in which feed, as it is written there."""

    feed: str
    id: str
    author: str
    html: str
    date: str


class World:
    """A builders' gazette: news in RSS, letters of readers in Atom; they take turns."""

    secrets: Mapping[str, str] = MappingProxyType({})

    def __init__(self, server: HTTPServer) -> None:
        self.entries: list[Entry] = []
        self.faults = Faults()
        for feed in ("news", "letters"):
            server.expect_request(f"/{feed}").respond_with_handler(self.faults.around(self.answer))
        base = server.url_for("").rstrip("/")
        self.toml = f'[[sources]]\ntype = "rss"\nbrand = "tamrow"\nfeeds = ["{base}/news", "{base}/letters"]\n'

    @property
    def requests(self) -> int:
        return len(self.faults.asked)

    def answer(self, request: Request) -> Response:
        """Answer with the feed, or with nothing where the reader has it already."""
        feed = request.path.strip("/")
        body = {"news": to_rss, "letters": to_atom}[feed]([entry for entry in self.entries if entry.feed == feed])
        tag = f'"{hashlib.sha256(body.encode()).hexdigest()[:12]}"'
        if request.headers.get("If-None-Match") == tag:
            return Response(status=304, headers={"ETag": tag})
        return Response(body, headers={"ETag": tag}, content_type="application/xml; charset=utf-8")

    def fill(self, many: int) -> list[Expected]:
        first = len(self.entries)
        return [self.write(number) for number in range(first, first + many)]

    def write(self, number: int) -> Expected:
        ours, at = number % 5 == 3, START + timedelta(hours=number)
        feed = "news" if number % 2 else "letters"
        date = format_datetime(at) if feed == "news" else f"{at:%Y-%m-%dT%H:%M:%SZ}"
        author = "tamrowbuild" if ours else f"reader {number % 7}"
        html = f"<p>Tamrow &amp; sons, note {number}</p><p>second <i>line</i></p>"
        self.entries.append(Entry(feed, f"tag:gazette.example,2026:{number}", author, html, date))
        text = f"A title\nTamrow & sons, note {number}\nsecond line"
        return Expected(f"rss:tag:gazette.example,2026:{number}", "out" if ours else "in", at, text)

    def poison(self) -> None:
        self.write(len(self.entries))
        self.entries[-1].date = "on a sunny day"

    def edit(self, id: str) -> str:
        entry = next(entry for entry in self.entries if f"rss:{entry.id}" == id)
        entry.html = "Tamrow, on second thought: fine work"
        return f"A title\n{entry.html}"

    def delete(self, id: str) -> bool:
        return False

    def fail(self, after: int, status: int = 500, body: Any = None, **headers: str) -> None:
        self.faults.add(after, status, body, headers)


def to_rss(entries: list[Entry]) -> str:
    """Return a feed in RSS 2.0, newest first."""
    items = "".join(
        f'<item><guid isPermaLink="false">{entry.id}</guid><title>A title</title><pubDate>{entry.date}</pubDate>'
        f"<dc:creator>{entry.author}</dc:creator><description>{escape(entry.html)}</description></item>"
        for entry in reversed(entries)
    )
    head = '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    return f"{head}<channel><title>Gazette</title><link>https://gazette.example</link>{items}</channel></rss>"


def to_atom(entries: list[Entry]) -> str:
    """Return a feed in Atom, newest first."""
    items = "".join(
        f"<entry><id>{entry.id}</id><title>A title</title><published>{entry.date}</published>"
        f'<author><name>{entry.author}</name></author><content type="html">{escape(entry.html)}</content></entry>'
        for entry in reversed(entries)
    )
    head = '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
    return f'{head}<title>Gazette</title><link href="https://gazette.example"/>{items}</feed>'
