"""Which stored ids are asked about at a network: only its own, never private messages, and no numbers of data sets."""

from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from pipeline import cursors, file_imports
from pipeline.source_settings import BlueskySource, XSource
from pipeline.sources import (
    airline,
    bluesky,
    bluesky_posts,
    brandwatch,
    hackernews,
    links,
    reddit_messages,
    x_client,
    x_compliance,
    x_posts,
)
from pipeline.sources.network import Window, outcome
from pipeline.sources.web import Answer
from pipeline.store import Workspace, connect
from pipeline.touch import Brand, Mapped, NotAbout, Record, Reject
from tests.conftest import PAYLOADS, TAMROW
from tests.servers import x
from tests.servers.__main__ import write_files
from tests.servers.x_compliance import Compliance

DID = "at://did:plc:abc123/app.bsky.feed.post/3k"
OURS = Brand("tamrow", "Tamrow Build", ("tamrowbuild", "tamrow.example"))


def asked_of_x(place: Workspace, server: HTTPServer) -> set[str]:
    """Return the ids that a recheck asks X about."""
    Compliance(x.World(server), server)
    settings = XSource(type="x", brand="tamrow", recheck="lookup", api_base=server.url_for("").rstrip("/"))
    client = x_client.connect(settings, x.BEARER)
    list(x_compliance.recheck(Window(), cursors.read_stored_ids(place, "x"), settings, client))
    return {id for request, _ in server.log for id in request.args["ids"].split(",")}


def test_x_is_asked_about_the_posts_of_an_archive_but_not_about_its_direct_messages(
    workspace: Workspace, httpserver: HTTPServer
):
    workspace.folder.mkdir()
    file_imports.import_file(workspace, PAYLOADS / "xarchive", TAMROW, direct_messages=True)
    with connect(workspace.mentions) as con:
        kinds = dict(con.execute("select touch_id, kind from touch").fetchall())
    posts = {id.removeprefix("x:") for id, kind in kinds.items() if kind != "message"}
    assert len(posts) == 7 and len(kinds) == 11
    assert asked_of_x(workspace, httpserver) == posts


def test_x_is_not_asked_about_the_numbers_that_a_data_set_gave_its_posts(workspace: Workspace, httpserver: HTTPServer):
    workspace.folder.mkdir()
    assert file_imports.import_file(workspace, PAYLOADS / "twcs.csv", TAMROW).stored
    assert asked_of_x(workspace, httpserver) == set()


def test_a_private_message_that_tells_how_to_look_it_up_is_asked_about(workspace: Workspace):
    workspace.folder.mkdir()
    file_imports.import_file(workspace, PAYLOADS / "xarchive", TAMROW, direct_messages=True)
    by = cursors.read_stored_ids(workspace, "x", "conversationId")
    assert len([id for id in by if " " in id]) == 4 and len(by) == 11


def test_bluesky_is_asked_about_its_own_addresses_only():
    settings = BlueskySource(type="bluesky", brand="tamrow")
    (*_, threads) = bluesky.streams(settings, OURS, ["0f5a", DID, "dm:7"])
    assert (threads.name, threads.query) == ("threads", DID)
    pages = list(bluesky.recheck(Window(), ["0f5a", "dm:7"], settings, None))  # type: ignore[arg-type]
    assert pages == []


@pytest.mark.parametrize("profile", ["jane.bsky.social", "did:plc:abc123"])
def test_a_row_of_brandwatch_is_the_same_touch_as_the_post_at_bluesky(profile: str):
    row = {"Date": "2024-05-14 09:00:00.0", "Full Text": "Tamrow Build, yes", "Author": "jane.bsky.social"}
    row |= {"Url": f"https://bsky.app/profile/{profile}/post/3k", "Page Type": "bluesky"}
    (found,) = brandwatch.to_touches([Record(1, row | {"Bluesky Author Id": "did:plc:abc123"})], OURS)
    assert isinstance(found, Mapped) and found.touch.id == f"bluesky:{DID}"


def test_a_link_alone_with_a_handle_is_no_address():
    assert not bluesky.is_address(links.native_id("https://bsky.app/profile/jane.bsky.social/post/3k"))
    assert links.native_id("https://x.com/a/status/7", "did:plc:abc123") == "7"


def x_post(user: str, text: str = "lovely Tamrow Build") -> dict:
    kept = {"authors": {}, "matched": False, "answered_by": [], "people": {"5": {"username": user}}}
    words = {"id": "1990000000000000001", "text": text, "author_id": "5", "created_at": "2026-11-20T00:00:00Z"}
    return words | kept


def bluesky_post(user: str, text: str = "lovely Tamrow Build") -> dict:
    author = {"did": "did:plc:abc123", "handle": user}
    return {"uri": DID, "author": author, "record": {"text": text, "createdAt": "2026-11-20T00:00:00Z"}}


def reddit_post(user: str, text: str = "lovely Tamrow Build") -> dict:
    return {"name": "t3_a", "author": user, "author_fullname": "t2_b", "title": text, "created_utc": "1763596800"}


def hackernews_post(user: str, text: str = "lovely Tamrow Build") -> dict:
    return {"objectID": "9", "author": user, "comment_text": text, "created_at": "2025-06-15T15:06:40Z"}


@pytest.mark.parametrize(
    ("to_touch", "post"),
    [
        (x_posts.to_touch, x_post),
        (bluesky_posts.to_touch, bluesky_post),
        (reddit_messages.to_touch, reddit_post),
        (hackernews.to_touch, hackernews_post),
    ],
)
def test_a_stranger_whose_handle_is_the_name_of_the_brand_is_not_the_brand(to_touch, post):
    def direction(user: str) -> str:
        found = outcome(Record(1, post(user)), OURS, to_touch)
        assert isinstance(found, Mapped), found
        return found.touch.direction

    users = ("tamrow", "TamrowBuild", "Tamrow.example", "@tamrowbuild")
    brand = Brand("tamrow", "Tamrow Build", ("tamrow.example",))
    assert [direction(user) for user in users] == ["in", "out", "out", "out"]
    assert isinstance(outcome(Record(1, post("tamrow", "nice day")), brand, to_touch), NotAbout)


def test_a_post_to_a_stranger_of_that_name_is_not_addressed_to_the_brand():
    found = [
        outcome(Record(1, x_post("ann", f"@{to} Tamrow Build")), OURS, x_posts.to_touch)
        for to in ("tamrow", "TamrowBuild")
    ]
    assert [each.touch.addressed for each in found if isinstance(each, Mapped)] == [False, True]


def test_a_feed_keeps_neither_key_nor_login_of_its_address(tmp_path: Path):
    from pipeline.sources import rss

    url = "https://ann:pass@feeds.example:8080/a?key=SECRET"
    assert rss.short(url).startswith("feeds.example:8080/a?") and "SECRET" not in rss.short(url)
    values = rss.to_values({"id": "1"}, {"title": "F", "href": "https://feeds.example/a?key=SECRET"}, url, False)
    assert values["site"] == {"title": "F", "link": "https://feeds.example/a", "feed": "https://feeds.example:8080/a"}
    moved = rss.notes(Answer(200, {}, b"", url, url), {"bozo": False})
    assert moved == ("it has moved for good, to https://feeds.example:8080/a: change feeds in brand.toml",)


def test_the_reason_of_a_reject_holds_nothing_of_its_row():
    row = {"tweet_id": "ann@mail.example", "airline": "Tamrow", "name": "ann", "text": "late", "tweet_created": "now"}
    assert [found.reason for found in airline.to_touches([Record(1, row)], OURS) if isinstance(found, Reject)] == [
        "tweet_id is not a number"
    ]


def test_the_local_networks_can_be_given_the_same_folder_twice(tmp_path: Path):
    first = write_files(tmp_path / "inbox")
    assert write_files(tmp_path / "inbox").keys() == first.keys()
