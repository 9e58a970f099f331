"""What feeds do beyond the contract: they do not change, they break, and they name things as they like."""

import gzip
import hashlib
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from pipeline.settings import SettingsError
from pipeline.store import Workspace, now
from tests.servers import rss
from tests.test_networks import chosen, collected, rows, stored

HEAD = '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Gazette</title>'
ITEM = "<item><guid>1</guid><title>Tamrow</title><pubDate>Mon, 02 Mar 2026 09:00:00 GMT</pubDate></item>"
DATE = "<pubDate>Mon, 02 Mar 2026 09:00:00 GMT</pubDate>"


@dataclass
class Feed:
    """A single feed, as the tests of the contract take it."""

    toml: str


def feed(server: HTTPServer, more: str = "", path: str = "/feed") -> Feed:
    return Feed(f'[[sources]]\ntype = "rss"\nbrand = "tamrow"\nfeeds = ["{server.url_for(path)}"]\n{more}')


def serve(server: HTTPServer, items: str, more: str = "", title: str = "Gazette") -> Feed:
    """Serve a feed of these items."""
    whole = f"{HEAD.replace('Gazette', title)}{items}</channel></rss>"
    server.expect_request("/feed").respond_with_data(whole, content_type="text/xml")
    return feed(server, more)


@pytest.fixture
def world(httpserver: HTTPServer) -> rss.World:
    return rss.World(httpserver)


def test_a_feed_that_has_not_changed_is_not_sent_again(workspace: Workspace, world: rss.World):
    world.fill(4)
    collected(workspace, world)
    quiet = collected(workspace, world)
    assert [(tally.requests, tally.read, tally.error) for tally in quiet] == [(1, 0, ""), (1, 0, "")]
    world.fill(1)
    assert [(tally.read, tally.stored) for tally in collected(workspace, world)] == [(0, 0), (3, 1)]


def test_a_feed_that_tells_only_when_it_changed_is_asked_by_that(workspace: Workspace, httpserver: HTTPServer):
    asked: list[str | None] = []

    def answer(request: Request) -> Response:
        asked.append(request.headers.get("If-Modified-Since"))
        changed = {"Last-Modified": "Mon, 02 Mar 2026 10:00:00 GMT"}
        return Response(status=304) if asked[-1] else Response(f"{HEAD}{ITEM}</channel></rss>", headers=changed)

    httpserver.expect_request("/feed").respond_with_handler(answer)
    for _ in range(3):
        collected(workspace, feed(httpserver))
    assert asked == [None, *["Mon, 02 Mar 2026 10:00:00 GMT"] * 2]
    assert len(stored(workspace)) == 1


def test_when_other_entries_are_wanted_the_whole_feed_is_asked_for_again(workspace: Workspace, world: rss.World):
    world.fill(1)
    world.entries[0].html = "on joinery"
    (_, letters) = collected(workspace, world)
    assert (letters.read, letters.not_about) == (1, 1)
    (_, letters) = collected(workspace, world, "all = true\n")
    assert (letters.read, letters.stored) == (1, 1)


def test_a_dead_feed_does_not_keep_the_others_waiting(workspace: Workspace, world: rss.World):
    world.fill(4)
    world.fail(after=0, status=404)
    (news, letters) = collected(workspace, world)
    assert (bool(news.error), news.stored, letters.error, letters.stored) == (True, 0, "", 2)
    assert sum(tally.stored for tally in collected(workspace, world)) == 2


@pytest.mark.parametrize(
    ("status", "headers", "message"),
    [
        (401, {}, "answered 401: it wants a login, or another key; check feeds in brand.toml"),
        (403, {}, "answered 403: it does not let this program read there; check feeds in brand.toml"),
        (404, {}, "answered 404: nothing is there; check feeds in brand.toml"),
        (410, {}, "answered 410: what was there is gone for good; check feeds in brand.toml"),
        (429, {}, "answered 429: it was asked too often; the next refresh asks again"),
        (500, {}, "answered 500: it has trouble of its own; the next refresh asks again"),
        (302, {"Location": "/feed"}, "sends us on and on; check feeds in brand.toml"),
        (200, {}, "is no RSS or Atom, or is broken from its beginning; check feeds in brand.toml"),
    ],
)
def test_every_fault_names_the_feed_and_what_to_do(
    status: int, headers: dict[str, str], message: str, workspace: Workspace, httpserver: HTTPServer
):
    page = "<html><body><p>Tamrow</p></body></html>"
    httpserver.expect_request("/feed").respond_with_data(page, status=status, headers=headers)
    (tally,) = collected(workspace, feed(httpserver))
    assert tally.error == f"The feed {httpserver.host}:{httpserver.port}/feed {message}"


def test_a_feed_that_does_not_answer_in_time_is_an_error(workspace: Workspace, httpserver: HTTPServer):
    httpserver.expect_request("/feed").respond_with_handler(lambda request: time.sleep(0.5) or Response())
    (tally,) = collected(workspace, feed(httpserver, "timeout_seconds = 0.1\n"))
    assert tally.error.endswith("did not answer in time; timeout_seconds in brand.toml may be raised")


def test_what_is_too_large_is_not_read_even_where_it_comes_packed(workspace: Workspace, httpserver: HTTPServer):
    packed = gzip.compress(b" " * (3 << 20))
    assert len(packed) < 10_000
    httpserver.expect_request("/feed").respond_with_data(packed, headers={"Content-Encoding": "gzip"})
    (tally,) = collected(workspace, feed(httpserver, "most_megabytes = 2\n"))
    assert tally.error.endswith("the answer is larger than 2 MB; nothing of it was read")


def test_a_feed_that_moved_for_good_is_read_and_its_new_address_told(workspace: Workspace, httpserver: HTTPServer):
    new = httpserver.url_for("/new")
    httpserver.expect_request("/feed").respond_with_data("", status=301, headers={"Location": new})
    httpserver.expect_request("/new").respond_with_data(f"{HEAD}{ITEM}</channel></rss>")
    (tally,) = collected(workspace, feed(httpserver))
    assert tally.notes == [f"it has moved for good, to {new}: change feeds in brand.toml"]
    assert len(stored(workspace)) == 1


SAID = f"<item><guid>1</guid><title>Tamrow, très bien – «süß»</title>{DATE}</item></channel></rss>"


@pytest.mark.parametrize(
    ("declared", "encoded", "content_type"),
    [
        ('<?xml version="1.0" encoding="utf-8"?>', "utf-8", "application/rss+xml"),
        ("", "utf-8", "application/rss+xml"),
        ("", "utf-8", "text/xml; charset=utf-8"),
        ('<?xml version="1.0" encoding="windows-1252"?>', "windows-1252", "application/xml"),
        ("", "windows-1252", "application/xml; charset=windows-1252"),
        ('<?xml version="1.0" encoding="utf-8"?>', "windows-1252", "application/xml"),
        ('<?xml version="1.0" encoding="utf-16"?>', "utf-16", "application/xml"),
        ('<?xml version="1.0" encoding="no-such"?>', "utf-8", "application/xml"),
    ],
)
def test_a_feed_is_read_in_whatever_encoding_it_has(
    declared: str, encoded: str, content_type: str, workspace: Workspace, httpserver: HTTPServer
):
    body = f"{declared}{HEAD}{SAID}".encode(encoded)
    httpserver.expect_request("/feed").respond_with_data(body, content_type=content_type)
    (tally,) = collected(workspace, feed(httpserver))
    assert tally.notes == []
    assert [text for *_, text in stored(workspace)] == ["Tamrow, très bien – «süß»"]


def test_of_broken_xml_is_kept_what_can_be_read_and_it_is_told(workspace: Workspace, httpserver: HTTPServer):
    broken = f"{HEAD}{ITEM}<item><guid>2</guid><title>Tamrow & sons</title>{DATE}"
    httpserver.expect_request("/feed").respond_with_data(broken, content_type="text/xml")
    (tally,) = collected(workspace, feed(httpserver))
    assert rows(workspace, "select text from touch order by text") == [("Tamrow",), ("Tamrow & sons",)]
    assert [note.partition(":")[0] for note in tally.notes] == ["broken XML, read as far as it could be"]


def test_an_entry_is_known_by_its_id_else_its_link_else_its_words(workspace: Workspace, httpserver: HTTPServer):
    items = [
        "<item><guid>https://gazette.example/1</guid><title>Tamrow a</title>%s</item>",
        '<item><guid isPermaLink="false">17</guid><title>Tamrow b</title>%s</item>',
        "<item><link>http://gazette.example/3</link><title>Tamrow c</title>%s</item>",
        "<item><title>Tamrow d</title>%s</item>",
    ]
    for _ in range(2):
        collected(workspace, serve(httpserver, "".join(items) % ((DATE,) * 4)))
    host = f"{httpserver.host}:{httpserver.port}"
    assert rows(workspace, "select text, touch_id from touch order by text") == [
        ("Tamrow a", "rss:gazette.example/1"),
        ("Tamrow b", f"rss:{host}/feed#17"),
        ("Tamrow c", "rss:gazette.example/3"),
        ("Tamrow d", f"rss:{host}/feed#{hashlib.sha256(b'Tamrow d').hexdigest()[:16]}"),
    ]


def test_who_speaks_is_the_author_else_the_site_that_an_aggregator_names_else_the_feed(
    workspace: Workspace, httpserver: HTTPServer
):
    items = [
        "<dc:creator>Ann Reed</dc:creator>",
        "<author>bob@gazette.example (Bob)</author>",
        "<author>desk@gazette.builders</author>",
        '<source url="https://www.other.example/rss">The Other</source>',
        "",
    ]
    items = [f"<item><guid>{n}</guid><title>Tamrow {n}</title>{DATE}{who}</item>" for n, who in enumerate(items)]
    collected(workspace, serve(httpserver, f"<link>https://gazette.example/</link>{''.join(items)}"))
    said = (
        "select text, account.account_id, name, account.kind from touch join account using (account_id) order by text"
    )
    assert rows(workspace, said) == [
        ("Tamrow 0", "rss:gazette.example/annreed", "Ann Reed", "person"),
        ("Tamrow 1", "rss:gazette.example/bob", "Bob", "person"),
        ("Tamrow 2", "rss:gazette.example", "Gazette", "organisation"),
        ("Tamrow 3", "rss:other.example", "The Other", "organisation"),
        ("Tamrow 4", "rss:gazette.example", "Gazette", "organisation"),
    ]
    assert "desk@" not in str(rows(workspace, "select * from account")) + str(rows(workspace, "select * from raw"))


def test_an_entry_without_a_date_has_the_moment_at_which_it_was_first_seen(
    workspace: Workspace, httpserver: HTTPServer
):
    served = serve(httpserver, "<item><guid>1</guid><title>Tamrow</title></item>")
    collected(workspace, served)
    ((_, _, first, _),) = stored(workspace)
    time.sleep(1.1)
    collected(workspace, served)
    assert [at for _, _, at, _ in stored(workspace)] == [first]
    assert timedelta(0) <= now() - first < timedelta(minutes=1)


def test_entries_from_before_since_are_left_out(workspace: Workspace, world: rss.World):
    world.fill(4)
    collected(workspace, world, 'since = "2026-03-02T10:30:00+00:00"\n')
    assert [at for _, _, at, _ in stored(workspace)] == [datetime(2026, 3, 2, 11), datetime(2026, 3, 2, 12)]


def test_an_answer_to_another_entry_belongs_to_its_conversation(workspace: Workspace, httpserver: HTTPServer):
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0"><title>T</title>'
        "<entry><id>tag:t,2026:2</id><title>On Tamrow</title><updated>2026-03-02T09:00:00Z</updated>"
        '<thr:in-reply-to ref="tag:t,2026:1"/></entry></feed>'
    )
    httpserver.expect_request("/feed").respond_with_data(atom)
    collected(workspace, feed(httpserver))
    assert rows(workspace, "select kind, reply_to, conversation from touch") == [
        ("reply", "rss:tag:t,2026:1", "rss:tag:t,2026:1")
    ]


def test_what_an_entry_brings_along_is_neither_run_nor_linked_nor_unfolded(
    workspace: Workspace, httpserver: HTTPServer
):
    bomb = '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    hostile = (
        f"<item><guid>1</guid><title>Tamrow &b;</title>{DATE}<link>javascript:alert(1)</link>"
        "<description>&lt;script&gt;alert(2)&lt;/script&gt;fine &lt;img src=x onerror=alert(3)&gt;work</description>"
        "</item>"
    )
    httpserver.expect_request("/feed").respond_with_data(f"{bomb}{HEAD}{hostile}</channel></rss>")
    collected(workspace, feed(httpserver))
    ((text, url),) = rows(workspace, "select text, url from touch")
    assert "aaaaaaaaaaaa" not in text and "alert" not in text and "fine work" in text
    assert url is None


def test_what_stands_behind_the_question_mark_is_told_nowhere(workspace: Workspace, httpserver: HTTPServer):
    httpserver.expect_request("/feed").respond_with_data("", status=404)
    (tally,) = collected(workspace, feed(httpserver, path="/feed?token=very-secret"))
    assert "very-secret" not in tally.words() + str(rows(workspace, "select * from fetched"))
    assert tally.stream.startswith(f"feed:{httpserver.host}:{httpserver.port}/feed?")


@pytest.mark.parametrize("address", ["gazette.example/feed", "https://me:secret@gazette.example/feed", "file:///etc"])
def test_only_addresses_without_passwords_are_feeds(address: str, workspace: Workspace):
    toml = f'[[sources]]\ntype = "rss"\nbrand = "tamrow"\nfeeds = ["{address}"]\n'
    with pytest.raises(SettingsError, match=r"key sources \(entry 1\)\.feeds: .*without name and password"):
        chosen(workspace, Feed(toml))


@pytest.mark.parametrize(("who", "direction"), [("<dc:creator>Gus P</dc:creator>", "in"), ("", "out")])
def test_a_feed_that_is_called_like_the_brand_speaks_for_it_only_where_no_author_is_named(
    who: str, direction: str, workspace: Workspace, httpserver: HTTPServer
):
    items = f"<item><guid>1</guid><title>two stars</title>{DATE}{who}</item>"
    collected(workspace, serve(httpserver, items, "all = true\n", title="Tamrow Design-Build"))
    assert rows(workspace, "select direction, account_id is null, author from touch") == [
        (direction, direction == "out", "Tamrow Design-Build" if direction == "out" else None)
    ]


def test_a_reject_without_a_date_is_the_same_one_at_every_collect(workspace: Workspace, httpserver: HTTPServer):
    served = serve(httpserver, "<item><guid>1</guid></item>", "all = true\n")
    collected(workspace, served)
    time.sleep(1.1)  # moments are kept to the second
    collected(workspace, served)
    assert rows(workspace, "select count(*), any_value(reason) from reject") == [(1, "neither title nor text")]
