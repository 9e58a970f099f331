"""The stream of Bluesky: real atproto against a local websocket, through the runner, into a real store."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from pipeline import cursors, follow
from pipeline.cursors import Cursor, Place
from pipeline.job import open_job
from pipeline.sources.bluesky_stream import micros, with_gaps
from pipeline.sources.network import SourceError
from pipeline.store import Workspace, connect, now
from pipeline.tally import Tally
from pipeline.touch import Brand
from tests.servers import bluesky
from tests.servers.bluesky import OURS, did_of
from tests.servers.jetstream import Jetstream
from tests.test_networks import chosen, rows, stored

RECENT = now().replace(microsecond=0) - timedelta(hours=2)
ANN, BOB = "ann.bsky.social", "bob.bsky.social"
TOUCHES = "select text, direction, account_id, addressed from touch order by text"


@pytest.fixture
def jetstream() -> Iterator[Jetstream]:
    made = Jetstream(RECENT)
    yield made
    made.close()


@pytest.fixture
def world(httpserver: HTTPServer, jetstream: Jetstream) -> bluesky.World:
    made = bluesky.World(httpserver, RECENT)
    made.toml = made.toml.replace('login = "desk.example.org"', f'jetstream_base = "{jetstream.base}"')
    made.toml = made.toml.replace("recheck_days = 1e-9", "timeout_seconds = 1.5")
    return made


class Listener:
    """The runner of one stream; the first page says that it hears."""

    def __init__(self, workspace: Workspace, world: bluesky.World) -> None:
        found = chosen(workspace, world)
        job = open_job(workspace, found, found.networks()[0])
        self.tallies = follow.follow(job, lambda records: None)

    def hear(self, records: int) -> list[Tally]:
        """Return the tallies until so many records were read."""
        heard: list[Tally] = []
        while sum(tally.read for tally in heard) < records:
            heard.append(next(self.tallies))
        return heard

    def close(self) -> None:
        self.tallies.close()


@pytest.fixture
def listen(workspace: Workspace, world: bluesky.World) -> Iterator[Any]:
    made: list[Listener] = []

    def start() -> Listener:
        made.append(Listener(workspace, world))
        return made[-1]

    yield start
    for each in made:
        each.close()


def post(
    world: bluesky.World, jetstream: Jetstream, rkey: str, author: str, text: Any, parent: str | None = None
) -> str:
    """Let somebody post, and the stream tell of it."""
    uri = world.say(rkey, author, text, RECENT, parent)
    jetstream.tell(uri, record=world.posts[uri]["record"])
    return uri


@pytest.fixture(autouse=True)
def from_the_start(workspace: Workspace) -> None:
    """What a test lets happen before it listens is heard, too."""
    workspace.folder.mkdir(parents=True, exist_ok=True)
    before = RECENT - timedelta(seconds=1)
    memory = {"cursor": micros(before)}
    cursors.save_cursor(workspace, Place("bluesky", "follow", Brand("tamrow", "Tamrow")), Cursor(before, memory=memory))


def test_of_all_posts_those_that_concern_the_brand_are_kept_with_names(
    workspace: Workspace, world: bluesky.World, jetstream: Jetstream, listen: Any
):
    for number in range(50):
        post(world, jetstream, f"n{number}", BOB, f"lunch {number}")
    post(world, jetstream, "1", ANN, "Tamrow built our kitchen")
    ours = post(world, jetstream, "2", OURS, "We open on Monday")
    post(world, jetstream, "3", BOB, "at last!", parent=ours)
    (tally,) = listen().hear(3)
    assert (tally.stored, tally.read, tally.rejected, tally.notes) == (3, 3, {}, [])
    assert rows(workspace, TOUCHES) == [
        ("Tamrow built our kitchen", "in", f"bluesky:{did_of(ANN)}", False),
        ("We open on Monday", "out", None, False),
        ("at last!", "in", f"bluesky:{did_of(BOB)}", True),
    ]
    assert rows(workspace, "select handle from account order by 1") == [(ANN,), (BOB,)]
    assert {tuple(asked["collections"]) for asked in jetstream.asked} == {("app.bsky.feed.post",)}


def test_what_its_author_deletes_or_changes_is_removed_or_changed_here(
    workspace: Workspace, world: bluesky.World, jetstream: Jetstream, listen: Any
):
    uris = [post(world, jetstream, str(number), ANN, f"Tamrow {number}") for number in range(4)]
    other = post(world, jetstream, "other", BOB, "lunch")
    listener = listen()
    listener.hear(4)
    jetstream.tell(uris[0], "delete")
    jetstream.tell(uris[1], "update", {"text": "Tamrow, on second thought", "createdAt": f"{RECENT.isoformat()}Z"})
    jetstream.tell(uris[2], "update", {"text": "something else", "createdAt": f"{RECENT.isoformat()}Z"})
    jetstream.tell(other, "update", {"text": "dinner", "createdAt": f"{RECENT.isoformat()}Z"})
    jetstream.tell(other, "delete")
    heard = listener.hear(3)
    assert (sum(t.removed for t in heard), sum(t.changed for t in heard), sum(t.read for t in heard)) == (2, 1, 3)
    assert sorted(text for *_, text in stored(workspace)) == ["Tamrow 3", "Tamrow, on second thought"]
    assert rows(workspace, "select reason from removal order by 1") == [
        ("changed by its author, and not about the brand any more",),
        ("deleted by its author",),
    ]


def test_an_edit_takes_a_post_of_two_brands_from_the_one_that_it_names_no_more(
    workspace: Workspace, world: bluesky.World, jetstream: Jetstream, listen: Any
):
    uri = post(world, jetstream, "1", ANN, "Tamrow or Quill?")
    listener = listen()
    listener.hear(1)
    with connect(workspace.mentions) as con:  # as the other brand's source has stored it
        con.execute("insert into touch select * replace ('quill' as brand) from touch")
    jetstream.tell(uri, "update", {"text": "Quill it is", "createdAt": f"{RECENT.isoformat()}Z"})
    listener.hear(1)
    assert rows(workspace, "select brand from touch") == [("quill",)]


def test_a_post_that_is_made_and_deleted_at_once_is_never_stored(
    workspace: Workspace, world: bluesky.World, jetstream: Jetstream, listen: Any
):
    jetstream.tell(post(world, jetstream, "1", ANN, "Tamrow was late"), "delete")
    post(world, jetstream, "2", ANN, "Tamrow was early")
    listen().hear(1)
    assert [text for *_, text in stored(workspace)] == ["Tamrow was early"]


def test_a_second_listener_goes_on_where_the_first_one_ended(
    workspace: Workspace, world: bluesky.World, jetstream: Jetstream, listen: Any
):
    for number in range(3):
        post(world, jetstream, str(number), ANN, f"Tamrow {number}")
    first = listen()
    first.hear(3)
    first.close()
    for number in range(3, 5):
        post(world, jetstream, str(number), ANN, f"Tamrow {number}")
    heard = listen().hear(3)
    assert (sum(tally.stored for tally in heard), sum(tally.already for tally in heard)) == (2, 1)
    assert len(stored(workspace)) == 5


def test_a_line_that_breaks_is_opened_again_and_nothing_is_lost_or_counted_twice(
    workspace: Workspace, world: bluesky.World, jetstream: Jetstream, listen: Any
):
    world.toml = world.toml.replace("timeout_seconds = 1.5", "timeout_seconds = 5")
    jetstream.breaks = [2, 4]
    for number in range(6):
        post(world, jetstream, str(number), ANN, f"Tamrow {number}")
    heard = listen().hear(6)
    assert (sum(t.stored for t in heard), sum(t.already for t in heard)) == (6, 0)
    assert len(jetstream.asked) == 3


def test_what_the_stream_has_no_more_is_recorded_as_a_gap(
    workspace: Workspace, world: bluesky.World, jetstream: Jetstream, listen: Any
):
    for number in range(3):
        post(world, jetstream, str(number), ANN, f"Tamrow {number}")
    jetstream.oldest = 2
    (tally,) = listen().hear(1)
    assert tally.stored == 1
    assert rows(workspace, "select since, until from gap") == [
        (RECENT - timedelta(seconds=1), RECENT + timedelta(seconds=2))
    ]


def test_a_gap_is_recorded_where_the_stream_tells_of_it_long_before_the_first_event():
    told, event = {"name": "OutdatedCursor", "message": "clamped"}, {"time": f"{RECENT.isoformat()}.000000Z"}
    since = RECENT - timedelta(days=9)
    batches = [[told], [], [event], [event]]
    assert [gap for _, gap in with_gaps(batches, since)] == [None, None, (since, RECENT), None]
    assert [gap for _, gap in with_gaps([[told, event]], since)] == [(since, RECENT)]


def test_a_poisoned_post_is_a_reject_and_the_stream_goes_on(
    workspace: Workspace, world: bluesky.World, jetstream: Jetstream, listen: Any
):
    post(world, jetstream, "1", OURS, {"oddly": ["Tamrow"]})
    jetstream.tell(world.say("2", ANN, "Tamrow", RECENT), record={"text": "Tamrow", "embed": {"$type": 7}})
    post(world, jetstream, "3", ANN, "Tamrow was late")
    (tally,) = listen().hear(3)
    assert tally.rejected == {"the text is not a text": 1}
    assert sorted(text for *_, text in stored(workspace)) == ["Tamrow", "Tamrow was late"]


def test_without_names_the_posts_are_kept_and_a_note_says_why(
    workspace: Workspace, world: bluesky.World, jetstream: Jetstream, listen: Any
):
    post(world, jetstream, "1", ANN, "Tamrow was late")
    world.fail(after=1, status=429)
    (tally,) = listen().hear(1)
    assert tally.notes == [
        "kept without names of their authors: Bluesky, the names of authors, answered 429: it was asked too often; "
        "the next refresh asks again"
    ]
    assert rows(workspace, "select account_id, handle from account") == [(f"bluesky:{did_of(ANN)}", None)]


def test_a_refusal_and_a_silence_are_errors_that_name_the_setting(
    workspace: Workspace, world: bluesky.World, jetstream: Jetstream, listen: Any
):
    with pytest.raises(
        SourceError, match="nothing came from Jetstream for 6 seconds; check the network, then jetstream_"
    ):
        listen().hear(1)
    jetstream.refusal = (400, "InvalidRequest")
    with pytest.raises(
        SourceError, match=r"Jetstream ended: .*InvalidRequest.*; check the network, then jetstream_base"
    ):
        listen().hear(1)
