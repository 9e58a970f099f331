"""The stream of X: real tweepy against a local server that sends in pieces, breaks off and takes back."""

import logging
import os
import queue
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from threading import Event, Thread, Timer
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response
from werkzeug.serving import WSGIRequestHandler

from pipeline import follow
from pipeline.job import open_job
from pipeline.sources.network import SourceError
from pipeline.sources.pause import Pause
from pipeline.sources.x_client import connect
from pipeline.sources.x_listen import ADVISED, BATCH_LINES, MOST_WAITING, Line, listen, room, to_library
from pipeline.store import Workspace, now
from pipeline.tally import Tally
from tests.conftest import ROOT
from tests.servers import x
from tests.servers.x import BEARER, USER
from tests.servers.x_stream import Stream
from tests.test_networks import chosen, collected, rows, stored

START = now().replace(microsecond=0) - timedelta(hours=2)
TAG = "orchard tamrow x"
RULE = "(Tamrow OR @tamrowbuild OR from:tamrowbuild) -is:retweet"
QUIET = "threads = 0\nquotes = 0\n"
PATIENCE = 15  # seconds


class Chunking(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    """A server that answers other questions while it streams; it sends in chunks, as HTTP/1.1 does."""
    made = HTTPServer(threaded=True)
    made.start()
    made.server.RequestHandlerClass = Chunking
    yield made
    made.clear()
    made.stop()


@pytest.fixture
def world(server: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> x.World:
    for name, value in (BEARER | USER).items():
        monkeypatch.setenv(name, value)
    return x.World(server, START)


@pytest.fixture
def stream(world: x.World, server: HTTPServer) -> Iterator[Stream]:
    made = Stream(world, server)
    yield made
    made.hang_up()


class Listener:
    """The runner of the stream."""

    def __init__(self, workspace: Workspace, world: x.World, stream: Stream, more: str) -> None:
        self.stream, found = stream, chosen(workspace, world, more)
        self.tallies = follow.follow(open_job(workspace, found, found.networks()[0]), lambda records: None)
        self.notes: list[str] = []

    def until(self, enough: Callable[[list[Tally]], Any]) -> list[Tally]:
        """Return the tallies until there is enough."""
        heard: list[Tally] = []
        wake = Timer(PATIENCE, self.stream.hang_up)  # that is a note, which ends the wait for a further tally
        wake.start()
        try:
            while not enough(heard):
                assert wake.is_alive(), (heard, self.notes)
                heard.append(next(self.tallies))
                self.notes += heard[-1].notes
        finally:
            wake.cancel()
        return heard

    def opened(self, times: int = 1) -> None:
        """Wait until the stream was opened so many times."""
        self.until(lambda heard: self.notes.count("the stream is open") >= times)

    def hear(self, records: int) -> Tally:
        """Return the sums of the tallies until so many records were read."""
        heard = self.until(lambda heard: sum(tally.read for tally in heard) >= records)
        return Tally("x", "follow", **{key: sum(getattr(each, key) for each in heard) for key in SUMMED})


SUMMED = ("read", "stored", "already", "removed", "gone", "requests", "cost")


@pytest.fixture
def listener_of(workspace: Workspace, world: x.World, stream: Stream) -> Iterator[Any]:
    made: list[Listener] = []

    def start(more: str = "") -> Listener:
        made.append(Listener(workspace, world, stream, more))
        return made[-1]

    yield start
    for each in made:
        each.tallies.close()


def later(minutes: float) -> Any:
    return START + timedelta(minutes=minutes)


def test_what_is_said_is_stored_within_seconds_with_its_author_and_what_it_answers(
    workspace: Workspace, stream: Stream, listener_of: Any
):
    listener = listener_of()
    listener.opened()
    assert listener.notes == ["1 rules of the stream: 1 added, 0 deleted", "the stream is open"]
    begun = time.monotonic()
    asked = stream.say("ann", "@tamrowbuild are you open? 🌲", later(0))
    stream.say("tamrowbuild", "@ann from nine", later(1), replied_to=asked["id"])
    stream.say("bob", "nothing of that", later(2))
    stream.say("bob", "Tamrow built our porch", later(3))
    tally = listener.hear(3)
    assert time.monotonic() - begun < 5
    assert (tally.stored, tally.requests) == (3, 0)
    assert rows(workspace, "select text, direction, handle from touch join account using (account_id) order by 1") == [
        ("@ann from nine", "out", "ann"),
        ("@tamrowbuild are you open? 🌲", "in", "ann"),
        ("Tamrow built our porch", "in", "bob"),
    ]
    assert rows(workspace, "select reply_to from touch where direction = 'out'") == [(f"x:{asked['id']}",)]
    # Three posts, the one that is answered is among them, and three people.
    assert round(tally.cost, 6) == round(3 * 0.005 + 3 * 0.010, 6)


def test_rules_become_what_brand_toml_says_and_those_of_others_are_left_alone(
    workspace: Workspace, stream: Stream, listener_of: Any
):
    stream.rules = {
        "1": {"id": "1", "value": "coffee", "tag": "of somebody else"},
        "2": {"id": "2", "value": "Tamrow OR old", "tag": TAG},
    }
    listener_of().opened()
    assert stream.changes == [{"delete": {"ids": ["2"]}}, {"add": [{"value": RULE, "tag": TAG}]}]
    assert [(rule["value"], rule["tag"]) for rule in stream.rules.values()] == [
        ("coffee", "of somebody else"),
        (RULE, TAG),
    ]
    again = listener_of()
    again.opened()
    assert again.notes[0] == "1 rules of the stream: 0 added, 0 deleted"
    assert len(stream.changes) == 2
    stream.say("bob", "coffee, at last", later(0))  # comes for the other program
    stream.say("bob", "Tamrow, at last", later(1))
    again.hear(1)
    assert [text for *_, text in stored(workspace)] == ["Tamrow, at last"]


def test_a_rule_that_another_program_has_is_as_good_as_ours(workspace: Workspace, stream: Stream, listener_of: Any):
    stream.rules = {"1": {"id": "1", "value": RULE, "tag": "of somebody else"}}
    listener = listener_of()
    listener.opened()
    stream.say("bob", "Tamrow, at last", later(1))
    assert listener.hear(1).stored == 1


def test_a_rule_that_x_does_not_take_is_an_error_in_its_words(stream: Stream, listener_of: Any):
    stream.invalid = "Tamrow"
    with pytest.raises(
        SourceError, match="X does not take a rule of the stream: UnprocessableEntity Ambiguous use of or"
    ):
        listener_of().opened()


def test_many_terms_are_as_many_rules_as_are_needed(world: x.World, stream: Stream, listener_of: Any):
    terms = [f"a rather long term of the brand, number {number}" for number in range(50)]
    world.toml = world.toml.replace('terms = ["Tamrow"]', f"terms = {terms}")
    listener_of().opened()
    (change,) = stream.changes
    assert len(change["add"]) == 3
    assert all(len(rule["value"]) <= 1024 for rule in change["add"])
    assert all(any(term in rule["value"] for rule in change["add"]) for term in terms)


def test_what_is_heard_twice_is_stored_once(workspace: Workspace, stream: Stream, listener_of: Any):
    listener = listener_of()
    listener.opened()
    post = stream.say("ann", "@tamrowbuild hello", later(0))
    stream.tell(post)
    stream.tell(post)
    assert listener.hear(3).stored == 1
    stream.tell(post)
    assert listener.hear(1).already == 1
    assert len(stored(workspace)) == 1


def test_a_stream_that_closes_is_opened_again_and_the_next_collect_fills_the_gap(
    workspace: Workspace, world: x.World, stream: Stream, listener_of: Any
):
    assert sum(tally.stored for tally in collected(workspace, world, QUIET)) == 0
    listener = listener_of(QUIET)
    listener.opened()
    stream.say("ann", "@tamrowbuild one", later(0))
    listener.hear(1)
    stream.hang_up()
    world.say("ann", "@tamrowbuild two", later(1))  # while nobody listens
    listener.opened(2)
    assert any(
        note.startswith("the stream was closed by X; connected again in 0.25 seconds") for note in listener.notes
    )
    stream.say("ann", "@tamrowbuild three", later(2))
    listener.hear(1)
    assert [text[-3:] for *_, text in stored(workspace)] == ["one", "ree"]
    tallies = collected(workspace, world, QUIET + "overlap_minutes = 0\n")
    assert (sum(tally.stored for tally in tallies), [tally.error for tally in tallies if tally.error]) == (1, [])
    assert [text[-3:] for *_, text in stored(workspace)] == ["one", "two", "ree"]


def test_trouble_is_waited_for_longer_each_time_and_told(workspace: Workspace, world: x.World, stream: Stream):
    stream.refusals = [Response("", 503), Response("{}", 502), Response("[]", 500), Response("{}", 429)]
    settings = chosen(workspace, world).networks()[0]
    pauses = replace(ADVISED, trouble=Pause(0.1, 0.3), often=Pause(0.4, 0.4))
    notes: list[str] = []
    with closing(listen(settings, connect(settings, BEARER | USER), {}, Event(), pauses)) as heard:
        while "the stream is open" not in notes:
            notes += next(heard)[1]
    assert [note.partition(":")[0] for note in notes] == [
        "the stream is not to be had (503); connected again in 0.1 seconds",
        "the stream is not to be had (502); connected again in 0.2 seconds",
        "the stream is not to be had (500); connected again in 0.3 seconds",
        "the stream is not to be had (429); connected again in 0.4 seconds",
        "the stream is open",
    ]


def test_the_pauses_are_those_that_x_advises():
    assert [ADVISED.lost.after(n) for n in (1, 2, 7, 8, 99)] == [0.25, 0.5, 16, 16, 16]
    assert [ADVISED.trouble.after(n) for n in (1, 2, 7, 99)] == [5, 10, 320, 320]
    assert [ADVISED.often.after(n) for n in (1, 2, 3, 4)] == [60, 120, 240, 320]


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (401, "X, the stream, answered 401: it does not take the keys: check X_BEARER_TOKEN"),
        (402, "X, the stream, answered 402: it is out of credits"),
        (403, "X, the stream, answered 403: it does not let this app read that"),
        (302, "X, the stream, answered 302: it answers something unexpected; check api_base"),
    ],
)
def test_a_refusal_is_an_error_at_once(status: int, message: str, stream: Stream, listener_of: Any):
    stream.refusals = [Response("[]", status)]
    with pytest.raises(SourceError) as caught:
        listener_of().opened()
    assert str(caught.value).startswith(message)
    assert stream.connected == 0


def test_a_silent_stream_is_opened_again(stream: Stream, listener_of: Any):
    listener = listener_of("timeout_seconds = 0.5\n")
    listener.opened()
    stream.silent = True
    listener.opened(2)
    assert any("broke off" in note for note in listener.notes)
    assert stream.connected == 2


def test_what_is_taken_back_or_edited_meanwhile_is_removed_and_leaves_no_byte(
    workspace: Workspace, stream: Stream, listener_of: Any
):
    listener = listener_of()
    listener.opened()
    posts = [stream.say(f"p{n}", f"@tamrowbuild unmistakable words {n}", later(n))["id"] for n in range(5)]
    listener.hear(5)
    at = {"event_at": "2026-01-01T00:00:00.000Z"}
    stream.send({"delete": {"tweet": {"id": posts[0], "author_id": "1"}} | at})
    stream.send({"data": {"drop": {"tweet": {"id": posts[1], "author_id": "1"}} | at}})
    stream.send(
        {"data": {"withheld": {"tweet": {"id": posts[2], "author_id": "1"}, "withheld_in_countries": ["DE"]} | at}}
    )
    edit = {"tweet": {"id": "1"}, "initial_tweet_id": posts[3], "edit_tweet_ids": [posts[3], "1"]}
    stream.send({"data": {"tweet_edit": edit | at}})
    assert listener.hear(4).removed == 4
    assert [text[-1] for *_, text in stored(workspace)] == ["4"]
    listener.tallies.close()
    content = workspace.mentions.read_bytes()
    assert b"unmistakable words 4" in content
    assert not any(f"unmistakable words {n}".encode() in content for n in range(4))


def test_broken_lines_are_rejects_and_errors_of_x_are_notes(workspace: Workspace, stream: Stream, listener_of: Any):
    listener = listener_of()
    listener.opened()
    stream.send(b'{"data": {"id": "1", "te')
    stream.send([1])
    stream.send({"data": {"id": "5", "author_id": "1", "text": "Tamrow"}})
    stream.send({"errors": [{"title": "operational-disconnect", "detail": "This stream has been disconnected"}]})
    stream.say("ann", "Tamrow was here", later(0))
    listener.hear(4)
    assert [text for *_, text in stored(workspace)] == ["Tamrow was here"]
    assert len(rows(workspace, "select 1 from reject")) == 3
    listener.until(lambda heard: "X: operational-disconnect: This stream has been disconnected" in listener.notes)


def test_the_budget_ends_the_stream_before_it_is_exceeded_and_what_came_by_then_is_stored_and_booked(
    workspace: Workspace, stream: Stream, listener_of: Any
):
    listener = listener_of("monthly_budget = 1.28\n")
    listener.opened()
    stream.say("ann", "Tamrow was here", later(0))
    listener.hear(1)
    for number in range(1, 6):  # while the first one is saved, say
        stream.say("ann", f"Tamrow was here {number}", later(number))
    stream.hang_up()
    waited(lambda: stream.connected == 2, PATIENCE)  # by then all of them were heard
    with pytest.raises(SourceError, match=r"monthly_budget of \$1.28 is reached: \$0.015 spent .* may cost \$1.275"):
        listener.until(lambda heard: False)
    assert len(stored(workspace)) == 6
    assert rows(workspace, "select round(sum(cost), 6) from fetched") == [(round(6 * 0.005 + 0.010, 6),)]


def test_with_a_budget_the_connection_is_closed_while_more_waits_than_was_reckoned_with(
    workspace: Workspace, world: x.World
):
    settings = chosen(workspace, world, "monthly_budget = 5\n").networks()[0]
    line = Line(queue.Queue(room(settings)), Event(), Event(), ADVISED, ADVISED.lost, response=Response())
    library = to_library(settings, connect(settings, BEARER | USER), line)
    library.running, closed = True, Event()
    line.response.call_on_close(closed.set)
    for number in range(BATCH_LINES):
        library.on_data(b"%d" % number)
    assert library.running and not closed.is_set()
    waiting = Thread(target=library.on_data, args=[b"one more"], daemon=True)
    waiting.start()
    assert closed.wait(PATIENCE) and waiting.is_alive()
    assert line.events.get() == b"0"
    waiting.join(PATIENCE)
    assert not library.running
    assert [line.events.get() for _ in range(BATCH_LINES)][-1] == b"one more"
    library.on_closed(line.response)
    assert line.events.get() == (
        "the stream was closed, since what it brought waits to be stored; connected again in 0.25 seconds: "
        "what is said meanwhile is brought by the next collect"
    )
    assert room(chosen(workspace, world).networks()[0]) == MOST_WAITING


def test_the_token_is_in_no_log_of_any_level(stream: Stream, listener_of: Any, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    stream.refusals = [Response("{}", 403)]
    with pytest.raises(SourceError):
        listener_of().opened()
    listener = listener_of()
    listener.opened()
    stream.say("ann", "Tamrow was here", later(0))
    listener.hear(1)
    assert "DEBUG" in {record.levelname for record in caplog.records}
    assert BEARER["X_BEARER_TOKEN"] not in caplog.text


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_the_command_stores_as_it_comes_and_stops_cleanly(
    how: int, workspace: Workspace, world: x.World, stream: Stream
):
    chosen(workspace, world)
    command = [sys.executable, "-m", "pipeline", "collect", "--stream"]
    env = os.environ | {"ORCHARD_DATA": str(workspace.folder)}
    with subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as ran:
        try:
            waited(lambda: stream.connected)
            stream.say("ann", "Tamrow was here", later(0))
            assert ran.stdout
            heard = next(line for line in ran.stdout if "x follow: 1 new of 1" in line)
            assert "Tamrow was here" in [text for *_, text in stored(workspace)]
            ran.send_signal(how)
            told, _ = ran.communicate(timeout=20)
        finally:
            ran.kill()
    assert ran.returncode == 0, told
    assert told.strip().endswith("stopped; what came is stored")
    assert BEARER["X_BEARER_TOKEN"] not in heard + told
    assert not (workspace.folder / "orchard.holder.json").exists()


def waited(done: Callable[[], Any], seconds: float = 60) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)
