"""Answers of networks, damaged at random: every record is accounted for, and nothing but SourceError is raised."""

import copy
import json
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from pipeline.source_settings import HackerNewsSource, RedditSource, RssSource
from pipeline.sources import hackernews, reddit, reddit_messages, rss, rss_entries
from pipeline.sources.network import Page, SourceError, Stream, Window, outcome
from pipeline.touch import Brand, Gone, Mapped, NotAbout, Reject, dump
from tests.servers import rss as feeds
from tests.servers.reddit import to_listing, to_thing, written

MANY = int(os.environ.get("ORCHARD_MUTATIONS", "300"))  # of each kind of answer
BRAND = Brand("tamrow", "Tamrow", ("tamrowbuild",))
JUNK = [None, "", "Tamrow", 0, -1, 1e300, 10**30, True, [], {}, [[]], {"data": 1}, "\ud800", "9" * 40, float("nan")]

Pages = Callable[[], Iterator[Page]]


def damaged(value: Any, chance: random.Random) -> Any:
    """Return a JSON value of which one to three parts are something else, or missing."""
    value = copy.deepcopy(value)
    for _ in range(chance.randint(1, 3)):
        places = list(walk({"": value}))
        parent, key = chance.choice(places)
        if chance.random() < 0.3 and isinstance(parent, dict) and key:
            del parent[key]
        elif key == "":
            value = copy.deepcopy(chance.choice(JUNK))
        else:
            parent[key] = copy.deepcopy(chance.choice(JUNK))
    return value


def walk(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place in a JSON value: what holds it, and under which key."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield value, key
        yield from walk(inner)


def cut(body: bytes, chance: random.Random) -> bytes:
    """Return bytes of which a few pieces are lost, doubled, moved or changed."""
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(body) + 1)
        piece = body[start : start + chance.choice([1, 1, 5, 40, 400])]
        by = [
            b"",
            piece * 2,
            bytes([chance.randrange(256)]),
            b"<",
            b"&#0;",
            b"]]>",
            b'<item rdf:about="">',
            b"\xff\xfe",
        ]
        body = body[:start] + chance.choice(by) + body[start + len(piece) :]
    return body


def answering(content: bytes) -> httpx.Client:
    """Return a real client whose network is this one answer."""
    return httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(200, content=content)))


HIT = {
    **{"objectID": "9", "author": "ann", "created_at": "2026-03-02T09:00:00Z", "created_at_i": 1772442000},
    **{"comment_text": "Tamrow<p>was late", "story_id": 8, "parent_id": 8},
}
NODE = {
    **{"id": 9, "author": "ann", "created_at": "2026-03-02T09:00:00.000Z", "created_at_i": 1772442000, "title": None},
    **{"text": "Tamrow", "story_id": 8, "parent_id": 8},
}
TREE = NODE | {"id": 8, "title": "On Tamrow", "children": [NODE | {"children": [NODE | {"id": 10, "children": []}]}]}
ENTRIES = [
    feeds.Entry("", f"tag:{n}", "ann", "<p>Tamrow &amp; sons</p>", "Mon, 02 Mar 2026 09:00:00 GMT") for n in "abc"
]
POST = written("t3_a", "ann", feeds.START) | {"title": "Tamrow", "selftext": "", "parent_id": None}
COMMENT = written("t1_b", "bob", feeds.START) | {
    "body": "Tamrow",
    "parent_id": "t3_a",
    "link_id": "t3_a",
    "replies": "",
}
BELOW = COMMENT | {"replies": to_listing([to_thing(COMMENT | {"name": "t1_c"})])}
LISTING = to_listing([to_thing(POST), to_thing(COMMENT)])
THREAD = [to_listing([to_thing(POST)]), to_listing([to_thing(BELOW)])]


class Said:
    """In place of praw's client: it answers what it was given."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def request(self, **values: Any) -> Any:
        return self.answer


def hits(chance: random.Random) -> Iterator[Page]:
    client = answering(json.dumps(damaged({"hits": [HIT, HIT]}, chance)).encode())
    return hackernews.fetch(Window(), Stream("search:a", "", query="a"), HN, client)


def tree(chance: random.Random) -> Iterator[Page]:
    client = answering(json.dumps(damaged(TREE, chance)).encode())
    return hackernews.fetch(Window(), Stream("threads", "", query="8"), HN, client)


def items(chance: random.Random) -> Iterator[Page]:
    client = answering(json.dumps(damaged({"id": 9, "deleted": True}, chance)).encode())
    return hackernews.recheck(Window(), ["9"], HN, client)


def feed(chance: random.Random) -> Iterator[Page]:
    body = (feeds.to_rss if chance.random() < 0.5 else feeds.to_atom)(ENTRIES).encode()
    return rss.fetch(Window(), Stream("feed:a", "", query=FEEDS.feeds[0]), FEEDS, answering(cut(body, chance)))


def listing(chance: random.Random) -> Iterator[Page]:
    return reddit.fetch(Window(), Stream("posts:a", "", query="r/a/new"), REDDIT, Said(damaged(LISTING, chance)))


def thread(chance: random.Random) -> Iterator[Page]:
    return reddit.fetch(Window(), Stream("threads", "", query="t3_a"), REDDIT, Said(damaged(THREAD, chance)))


HN = HackerNewsSource(type="hackernews", brand="tamrow")
FEEDS = RssSource(type="rss", brand="tamrow", feeds=("https://gazette.example/feed",), since="2020-01-01T00:00:00Z")
REDDIT = RedditSource(type="reddit", brand="tamrow", user_agent="linux:orchard:1 (by /u/tamrowbuild)")
KINDS = {
    hits: hackernews.to_touch,
    tree: hackernews.to_touch,
    items: hackernews.to_touch,
    feed: rss_entries.to_touch,
    listing: reddit_messages.to_touch,
    thread: reddit_messages.to_touch,
}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_whatever_a_network_sends_is_mapped_or_told(kind: Callable[[random.Random], Iterator[Page]]):
    chance, became = random.Random(20261124), Counter[str]()
    for _ in range(MANY):
        try:
            pages = [page for _, page in zip(range(5), kind(chance), strict=False)]
        except SourceError as error:
            assert str(error)
            became["error"] += 1
            continue
        for record in (record for page in pages for record in page.records):
            found = outcome(record, BRAND, KINDS[kind])
            assert isinstance(found, Mapped | Reject | NotAbout | Gone)
            dump(record).encode()
            became[type(found).__name__] += 1
    assert became["Mapped"] + became["Gone"] > MANY / 10
