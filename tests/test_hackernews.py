"""What Hacker News does beyond the contract: threads, answers, deletions, the limit of the search."""

from datetime import datetime, timedelta

import pytest
from pytest_httpserver import HTTPServer

from pipeline.source_settings import HackerNewsSource
from pipeline.sources import hackernews as hackernews_source
from pipeline.store import Workspace, now
from pipeline.touch import Brand
from tests.servers import hackernews
from tests.servers.hackernews import EVERY_RUN, STORY
from tests.test_networks import chosen, collected, rows, stored

RECENT = now().replace(microsecond=0) - timedelta(days=2)
TOUCHES = "select touch_id, direction, account_id, addressed, reply_to, text from touch order by touch_id"


@pytest.fixture
def world(httpserver: HTTPServer) -> hackernews.World:
    made = hackernews.World(httpserver, RECENT)
    made.say(STORY, "asker", "Which builder would you trust with a kitchen?", parent=None, at=RECENT)
    return made


def later(minutes: int) -> datetime:
    return RECENT + timedelta(minutes=minutes)


def test_the_thread_of_an_answer_is_read_whole_and_only_what_concerns_the_brand_is_kept(
    workspace: Workspace, world: hackernews.World
):
    world.say(8001, "ann", "I would ask Tamrow", at=later(1))
    world.say(8002, "tamrowbuild", "Happy to come by and look at it", parent=8001, at=later(2))
    world.say(8003, "ann", "that was kind, thank you", parent=8002, at=later(3))
    world.say(8005, "cid", "Tamrow is kind, indeed", parent=8002, at=later(5))
    world.say(8004, "bob", "I did mine alone", at=later(4))
    collected(workspace, world)
    assert [row[2:4] for row in rows(workspace, TOUCHES)] == [  # the search does not tell who is answered
        ("hackernews:ann", False),
        (None, False),
        ("hackernews:cid", False),
    ]
    collected(workspace, world)
    assert rows(workspace, TOUCHES) == [
        ("hackernews:8001", "in", "hackernews:ann", False, f"hackernews:{STORY}", "I would ask Tamrow"),
        ("hackernews:8002", "out", "hackernews:ann", False, "hackernews:8001", "Happy to come by and look at it"),
        ("hackernews:8003", "in", "hackernews:ann", True, "hackernews:8002", "that was kind, thank you"),
        ("hackernews:8005", "in", "hackernews:cid", True, "hackernews:8002", "Tamrow is kind, indeed"),
    ]
    assert rows(workspace, "select distinct conversation from touch") == [(f"hackernews:{STORY}",)]


def test_direct_answers_to_a_story_titled_with_the_brand_belong_to_it(workspace: Workspace, world: hackernews.World):
    world.say(STORY, "asker", "Tamrow opens its joinery", parent=None, at=RECENT)
    world.say(8001, "ann", "lovely work", at=later(1))
    world.say(8002, "bob", "joinery is dying anyway", parent=8001, at=later(2))
    collected(workspace, world)
    collected(workspace, world)
    assert [(id, text) for id, _, _, text in stored(workspace)] == [
        ("hackernews:8000", "Tamrow opens its joinery"),
        ("hackernews:8001", "lovely work"),
    ]


def test_the_empty_place_of_a_deleted_answer_in_a_thread_removes_it(workspace: Workspace, world: hackernews.World):
    world.toml = world.toml.replace(EVERY_RUN, "")
    world.say(8001, "ann", "Tamrow was late", at=later(1))
    world.say(8002, "bob", "Tamrow was early", parent=8001, at=later(2))
    collected(workspace, world)
    world.delete("hackernews:8001")
    (tally,) = [tally for tally in collected(workspace, world) if tally.stream == "threads"]
    assert (tally.gone, tally.removed) == (1, 1)
    assert [id for id, *_ in stored(workspace)] == ["hackernews:8002"]


def test_a_thread_that_is_no_more_is_a_note_and_the_others_are_read(workspace: Workspace, world: hackernews.World):
    world.say(8001, "ann", "Tamrow was late", at=later(1))
    collected(workspace, world)
    del world.items[STORY], world.items[8001]
    (tally,) = [tally for tally in collected(workspace, world) if tally.stream == "threads"]
    assert (tally.notes, tally.error) == (["1 of 1 threads not there any more"], "")


def test_what_the_official_interface_calls_killed_is_removed_and_what_it_does_not_know_is_kept(
    workspace: Workspace, world: hackernews.World
):
    world.states = {8001: {"id": 8001, "dead": True, "text": "Tamrow, buy pills"}, 8002: None, 8003: {"id": 8003}}
    for native in world.states:
        world.say(native, "ann", f"Tamrow {native}", at=later(native - 8000))
    (*_, tally) = collected(workspace, world)
    assert (tally.stream, tally.requests, tally.removed) == ("recheck", 3, 1)
    assert [id for id, *_ in stored(workspace)] == ["hackernews:8002", "hackernews:8003"]
    assert rows(workspace, "select reason from removal") == [("killed by the moderators or by flags",)]


def test_the_limit_of_the_search_loses_nothing_even_where_it_cuts_through_one_second(
    workspace: Workspace, world: hackernews.World
):
    world.toml = world.toml.replace(EVERY_RUN, "threads = 0\n")
    for number in range(1152):
        world.say(
            10_000 + number, f"reader{number % 50}", f"Tamrow {number}", at=RECENT + timedelta(seconds=number // 3)
        )
    (search, _) = collected(workspace, world)
    assert (search.error, search.stored, len(stored(workspace))) == ("", 1152, 1152)


def test_more_of_one_second_than_the_search_ever_shows_is_an_error(workspace: Workspace, world: hackernews.World):
    world.toml = world.toml.replace(EVERY_RUN, "")
    for number in range(1001):
        world.say(10_000 + number, "ann", f"Tamrow {number}", at=RECENT)
    (search,) = collected(workspace, world)
    assert search.error == "Hacker News (Algolia): more than 1000 hits within one second; use narrower terms"


def test_a_date_in_the_future_is_a_reject_and_does_not_keep_later_messages_away(
    workspace: Workspace, world: hackernews.World
):
    world.say(8001, "ann", "Tamrow was late", at=now() + timedelta(days=400))
    (search, *_) = collected(workspace, world)
    assert search.rejected == {"a date before 1990 or in the future": 1}
    world.say(8002, "bob", "Tamrow was early", at=now())
    collected(workspace, world)
    assert [id for id, *_ in stored(workspace)] == ["hackernews:8002"]


SEARCH = "Hacker News (Algolia)"
CHECK = "check api_base in brand.toml"
AGAIN = "the next refresh asks again"
BROKEN = f"{SEARCH} answered something that is not its documented JSON; {CHECK}, else {AGAIN}"


@pytest.mark.parametrize(
    ("status", "headers", "times", "message"),
    [
        (400, {}, 1, f"{SEARCH} answered 400: it does not take the question; {CHECK}"),
        (401, {}, 1, f"{SEARCH} answered 401: it wants a login, or another key; {CHECK}"),
        (403, {}, 1, f"{SEARCH} answered 403: it does not let this program read there; {CHECK}"),
        (404, {}, 1, f"{SEARCH} answered 404: nothing is there; {CHECK}"),
        (418, {}, 1, f"{SEARCH} answered 418: which is unexpected; {CHECK}"),
        (429, {}, 1, f"{SEARCH} answered 429: it was asked too often; {AGAIN}"),
        (
            *(429, {"Retry-After": "Wed, 02 Dec 2026 10:00:00 GMT"}, 1),
            f"{SEARCH} answered 429: it was asked too often; it may be asked again from 02 Dec 2026 10:00:00 UTC",
        ),
        (500, {}, 1, f"{SEARCH} answered 500: it has trouble of its own; {AGAIN}"),
        (503, {}, 3, f"{SEARCH} answered 503: it has trouble of its own; {AGAIN}"),
        (503, {}, 2, ""),
        (200, {}, 1, BROKEN),
    ],
)
def test_every_fault_says_what_it_is_and_what_to_do(
    status: int, headers: dict[str, str], times: int, message: str, workspace: Workspace, world: hackernews.World
):
    world.say(8001, "ann", "Tamrow was late", at=later(1))
    for _ in range(times):
        world.fail(after=0, status=status, body=["of no documented form"], **headers)
    (first, *others) = collected(workspace, world)
    assert first.error == message
    assert len(others) == (0 if message else 2)
    assert len(stored(workspace)) == (0 if message else 1)


def test_without_network_the_message_names_the_setting(workspace: Workspace, world: hackernews.World):
    base = next(line for line in world.toml.splitlines() if line.startswith("api_base"))
    world.toml = world.toml.replace(base, 'api_base = "http://127.0.0.1:9"')
    (tally,) = collected(workspace, world)
    advice = "check the network, then api_base in brand.toml"
    assert tally.error == f"Hacker News (Algolia) cannot be reached: Connection refused; {advice}"


def test_the_settings_name_a_misspelt_key(workspace: Workspace, world: hackernews.World):
    with pytest.raises(Exception, match=r"key sources \(entry 1\)\.term: unknown; allowed here: .*terms"):
        chosen(workspace, world, 'term = "Tamrow"\n')


def test_handles_of_other_networks_are_not_asked_for():
    brand = Brand("tamrow", "Tamrow", ("@tamrowbuild", "tamrow.bsky.social", "tamrow@mastodon.example", "a,story_1"))
    source = HackerNewsSource(type="hackernews", brand="tamrow")
    streams = hackernews_source.streams(source, brand, ["8000", "../users/ann"])
    assert [stream.name for stream in streams] == ["search:Tamrow", "user:tamrowbuild", "threads"]
    assert streams[-1].query == "8000"
