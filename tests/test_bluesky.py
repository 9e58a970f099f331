"""What Bluesky does beyond the contract: answers, quotes, threads, clocks, logins, faults, what is gone."""

from datetime import datetime, timedelta

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from pipeline.plan import read_plans
from pipeline.store import Workspace, now
from tests.servers import bluesky
from tests.servers.bluesky import EVERY_RUN, OURS, did_of, refusal
from tests.test_networks import chosen, collected, rows, stored

RECENT = now().replace(microsecond=0) - timedelta(days=2)
TOUCHES = "select text, direction, kind, account_id, addressed from touch order by happened_at"
ANN, BOB = "ann.bsky.social", "bob.example.org"
ANN_ID, BOB_ID = f"bluesky:{did_of(ANN)}", f"bluesky:{did_of(BOB)}"


def later(minutes: int) -> datetime:
    return RECENT + timedelta(minutes=minutes)


@pytest.fixture
def world(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> bluesky.World:
    made = bluesky.World(httpserver, RECENT)
    for name, value in made.secrets.items():
        monkeypatch.setenv(name, value)
    return made


def as_brand(world: bluesky.World) -> None:
    """Let the brand's own account be the one that logs in."""
    world.toml = world.toml.replace('login = "desk.example.org"', f'login = "{OURS}"')


def test_answers_are_known_by_what_they_answer_and_a_thread_is_read_whole(workspace: Workspace, world: bluesky.World):
    root = world.say("1", ANN, "Tamrow built our kitchen", later(0))
    ours = world.say("2", OURS, "It was a joy", later(1), parent=root)
    world.say("3", BOB, "I did mine alone", later(2), parent=root)
    thanks = world.say("4", ANN, "and you were on time", later(3), parent=ours)
    collected(workspace, world)
    collected(workspace, world)
    assert rows(workspace, TOUCHES) == [
        ("Tamrow built our kitchen", "in", "mention", ANN_ID, False),
        ("It was a joy", "out", "reply", ANN_ID, False),
        ("and you were on time", "in", "reply", ANN_ID, True),
    ]
    assert rows(workspace, "select distinct conversation from touch") == [(f"bluesky:{root}",)]
    assert rows(workspace, f"select reply_to, url from touch where touch_id = 'bluesky:{thanks}'") == [
        (f"bluesky:{ours}", f"https://bsky.app/profile/{did_of(ANN)}/post/4")
    ]


def test_who_is_told_as_the_brand_of_answers_and_quotes_needs_no_search(workspace: Workspace, world: bluesky.World):
    as_brand(world)
    ours = world.say("1", OURS, "We open on Monday", later(0))
    world.tell(world.say("2", ANN, "at last!", later(1), parent=ours), "reply")
    quote = {"$type": "app.bsky.embed.record", "record": {"uri": ours, "cid": "c"}}
    world.tell(world.say("3", BOB, "look at this", later(2), embed=quote), "quote")
    world.tell(world.say("4", ANN, f"hello @{OURS}.", later(3)), "mention")
    (told, *_) = collected(workspace, world)
    assert (told.stream, told.stored, told.error) == ("notifications", 3, "")
    assert rows(workspace, TOUCHES) == [
        ("We open on Monday", "out", "mention", None, False),
        ("at last!", "in", "reply", ANN_ID, True),
        ("look at this", "in", "quote", BOB_ID, True),
        (f"hello @{OURS}.", "in", "mention", ANN_ID, True),
    ]


def test_what_answers_or_quotes_a_post_that_the_brand_has_deleted_was_said_to_it_all_the_same(
    workspace: Workspace, world: bluesky.World
):
    as_brand(world)
    ours, theirs = world.say("1", OURS, "We open on Monday", later(0)), world.say("2", ANN, "Where?", later(1))
    world.tell(world.say("3", ANN, "at last!", later(2), parent=ours), "reply")
    world.tell(world.say("4", BOB, "and where?", later(3), parent=theirs), "reply")  # below the brand's, not to it
    quote = {"$type": "app.bsky.embed.record", "record": {"uri": ours, "cid": "c"}}
    world.tell(world.say("5", BOB, "look at this", later(4), embed=quote), "quote")
    world.removed |= {ours, theirs}
    (told, *_) = collected(workspace, world)
    assert (told.stored, told.not_about) == (2, 1)
    assert rows(workspace, TOUCHES) == [
        ("at last!", "in", "reply", ANN_ID, True),
        ("look at this", "in", "quote", BOB_ID, True),
    ]


def test_a_quote_is_known_where_bluesky_shows_whom_it_quotes(workspace: Workspace, world: bluesky.World):
    ours = world.say("1", OURS, "We open on Monday", later(0))
    quote = {"$type": "app.bsky.embed.record", "record": {"uri": ours, "cid": "c"}}
    world.say("2", BOB, "Tamrow, look at this", later(1), embed=quote)
    theirs = {"$type": "app.bsky.embed.record", "record": {"uri": world.say("3", ANN, "done", later(2)), "cid": "c"}}
    world.say("4", OURS, "thank you", later(3), embed=theirs)
    collected(workspace, world)
    assert rows(workspace, TOUCHES)[1:] == [
        ("Tamrow, look at this", "in", "quote", BOB_ID, True),
        ("thank you", "out", "quote", ANN_ID, False),
    ]
    assert not rows(workspace, "select 1 from raw where touch_id like '%/2' and contains(payload::text, 'Monday')")


def test_a_handle_that_is_a_domain_is_a_proof_and_a_new_handle_is_the_same_account(
    workspace: Workspace, world: bluesky.World
):
    world.say("1", BOB, "Tamrow was late", later(0))
    world.say("2", ANN, "Tamrow was early", later(1))
    collected(workspace, world)
    world.say("3", ANN, "Tamrow again", later(2))
    for post in world.posts.values():
        post["author"]["handle"] = post["author"]["handle"].replace(ANN, "ann.example.net")
    collected(workspace, world)
    accounts = "select account_id, handle, link, verified from account order by account_id"
    assert rows(workspace, accounts) == [
        (ANN_ID, ANN, "https://ann.example.net", True),
        (BOB_ID, BOB, f"https://{BOB}", True),
    ]


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        (f"{later(-9999).isoformat()}Z", later(-9999)),
        (f"{later(900).isoformat()}Z", later(5)),
        ("2999-01-01T00:00:00Z", later(5)),
        ("0001-01-01T00:00:00Z", later(5)),
        ("yesterday", later(5)),
    ],
    ids=["long ago", "soon", "far future", "year one", "no date"],
)
def test_a_clock_that_is_wrong_does_not_move_a_post_into_the_future(
    written: str, moment: datetime, workspace: Workspace, world: bluesky.World
):
    uri = world.say("1", ANN, "Tamrow was late", later(5))
    world.posts[uri]["record"]["createdAt"] = written
    collected(workspace, world)
    assert [at for _, _, at, _ in stored(workspace)] == [moment]


@pytest.mark.parametrize("most", [100, 200])
def test_a_search_that_ends_early_is_asked_again_for_what_is_older(
    most: int, workspace: Workspace, world: bluesky.World
):
    world.toml = world.toml.replace(EVERY_RUN, "threads = 0\n")
    world.most_hits = most
    for number in range(450):
        world.say(f"3k{number}", ANN, f"Tamrow {number}", RECENT + timedelta(seconds=number // 3))
    (search, *_) = collected(workspace, world)
    assert (search.error, search.stored, len(stored(workspace))) == ("", 450, 450)


def test_more_of_one_second_than_the_search_shows_is_an_error(workspace: Workspace, world: bluesky.World):
    world.most_hits = 200
    for number in range(201):
        world.say(f"3k{number}", ANN, f"Tamrow {number}", RECENT)
    (search, *_) = collected(workspace, world)
    assert search.error.endswith("more hits within one second than it shows; use narrower terms")


def test_a_thread_that_is_no_more_is_a_note_and_the_others_are_read(workspace: Workspace, world: bluesky.World):
    first, second = (world.say(name, ANN, f"Tamrow {name}", later(int(name))) for name in ("1", "2"))
    collected(workspace, world)
    world.toml = world.toml.replace(EVERY_RUN, "")
    world.removed.add(second)
    answer = world.say("3", BOB, "so it is, Tamrow", later(3), parent=first)
    (threads,) = [tally for tally in collected(workspace, world) if tally.stream == "threads"]
    assert (threads.notes, threads.error, threads.requests) == (["1 of 2 threads not there any more"], "", 2)
    assert f"bluesky:{answer}" in [id for id, *_ in stored(workspace)]


def test_who_blocks_our_account_has_deleted_nothing(workspace: Workspace, world: bluesky.World):
    world.say("1", ANN, "Tamrow was late", later(0))
    gone = world.say("2", BOB, "Tamrow was early", later(1))
    collected(workspace, world)
    world.blocking.add(did_of(ANN))
    world.removed.add(gone)
    (*_, recheck) = collected(workspace, world)
    assert (recheck.stream, recheck.gone, recheck.removed, recheck.error) == ("recheck", 1, 1, "")
    assert [text for *_, text in stored(workspace)] == ["Tamrow was late"]
    assert rows(workspace, "select reason from removal") == [("deleted by its author, or taken down",)]


def test_records_of_other_forms_are_rejects_with_reasons(workspace: Workspace, world: bluesky.World):
    world.say("1", ANN, "Tamrow was late", later(0))
    strange = world.say("2", ANN, "Tamrow, strange", later(1))
    world.posts[strange]["uri"] = "at://did:plc:a b/c"
    world.posts[world.say("3", ANN, "Tamrow, nobody", later(2))]["author"] = {"did": "", "handle": "x.bsky.social"}
    (tally, *_) = collected(workspace, world)
    assert tally.stored == 1
    assert sorted(tally.rejected) == ["no did of the author", "the address is not one of a record"]


def test_one_login_serves_a_run_and_the_password_is_told_to_nobody_else(workspace: Workspace, world: bluesky.World):
    world.fill(3)
    plans = list(read_plans(workspace, chosen(workspace, world)))
    assert [plan.stream for plan in plans] == ["search:Tamrow", f"search:{OURS}", f"author:{OURS}"]
    assert world.logins == []
    collected(workspace, world)
    password = world.secrets["BLUESKY_APP_PASSWORD"]
    assert world.logins == [{"identifier": "desk.example.org", "password": password}]
    assert not any(password in f"{asked.url} {asked.headers}" for asked in world.faults.asked)
    assert not rows(workspace, f"select 1 from raw where contains(payload::text, '{password}')")


def test_without_a_login_what_the_brand_says_and_its_threads_are_read(
    workspace: Workspace, world: bluesky.World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("BLUESKY_APP_PASSWORD")
    world.toml = world.toml.replace('login = "desk.example.org"\n', "")
    ours = world.say("1", OURS, "We open on Monday", later(0))
    world.say("2", ANN, "at last!", later(1), parent=ours)
    collected(workspace, world)
    (author, threads, _) = collected(workspace, world)
    assert (author.stream, threads.stream, world.logins) == (f"author:{OURS}", "threads", [])
    assert [text for *_, text in stored(workspace)] == ["We open on Monday", "at last!"]


def test_a_login_without_password_names_the_variable(
    workspace: Workspace, world: bluesky.World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("BLUESKY_APP_PASSWORD")
    (tally,) = collected(workspace, world)
    assert tally.error.startswith("BLUESKY_APP_PASSWORD is not set: put it into the environment or into .env; ")


SEARCH = "Bluesky, search for 'Tamrow'"
AGAIN = "the next refresh asks again"
LOGIN = f"{SEARCH}, answered 401 (AuthenticationRequired): it does not take the login: check login in brand.toml and"


def test_a_refused_login_says_what_to_check_and_hides_the_password(
    workspace: Workspace, world: bluesky.World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("BLUESKY_APP_PASSWORD", "wrong-one")
    (tally,) = collected(workspace, world)
    assert tally.error == f"{LOGIN} BLUESKY_APP_PASSWORD"
    world.login_fault = refusal(401, "AuthFactorTokenRequired", "A sign in code has been sent to wrong-one")
    (tally,) = collected(workspace, world)
    assert "it wants a second factor, which an app password does not need" in tally.error
    assert "wrong-one" not in tally.error


@pytest.mark.parametrize(
    ("status", "body", "headers", "times", "message"),
    [
        (
            400,
            {"error": "InvalidRequest"},
            {},
            1,
            f"answered 400 (InvalidRequest): it does not take the question; {AGAIN}",
        ),
        (
            401,
            {"error": "ExpiredToken"},
            {},
            1,
            "answered 401 (ExpiredToken): it does not take the login: check login in",
        ),
        (402, None, {}, 1, "answered 402: it wants to be paid, which is unexpected; check api_base in brand.toml"),
        (403, None, {}, 1, "answered 403: it does not let this account read there; check login and api_base in brand"),
        (404, None, {}, 1, "answered 404: it does not know this question; check api_base in brand.toml"),
        (418, None, {}, 1, f"answered 418: it is unexpected; {AGAIN}"),
        (429, None, {}, 1, f"answered 429: it was asked too often; {AGAIN}"),
        (429, None, {"ratelimit-reset": "1796205600"}, 1, "it may be asked again from 02 Dec 2026 10:00:00 UTC"),
        (500, None, {}, 1, f"answered 500: it has trouble of its own; {AGAIN}"),
        (503, None, {}, 3, f"answered 503: it has trouble of its own; {AGAIN}"),
        (502, None, {}, 2, ""),
        (200, ["of no documented form"], {}, 1, f"answered something that is not its documented JSON; {AGAIN}"),
        (200, b"<html>", {}, 1, f"answered something that is not its documented JSON; {AGAIN}"),
        (200, {"hits": []}, {}, 1, f"answered something that is not its documented JSON; {AGAIN}"),
    ],
)
def test_every_fault_says_what_it_is_and_what_to_do(
    status: int,
    body: object,
    headers: dict[str, str],
    times: int,
    message: str,
    workspace: Workspace,
    world: bluesky.World,
):
    world.say("1", ANN, "Tamrow was late", later(1))
    for _ in range(times):
        world.fail(after=0, status=status, body=body, **headers)
    (first, *_) = collected(workspace, world)
    assert message in first.error and first.error.startswith(SEARCH if message else "")
    assert len(stored(workspace)) == (0 if message else 1)
    collected(workspace, world)
    assert len(stored(workspace)) == 1


def test_a_handle_that_is_not_there_keeps_no_other_stream_waiting(workspace: Workspace, world: bluesky.World):
    world.say("1", ANN, "Tamrow was late", later(1))
    tallies = {tally.stream: tally.error for tally in collected(workspace, world)}
    missing = f"Bluesky, what {OURS} writes, answered 400 (InvalidRequest): it does not take the question; {AGAIN}"
    assert tallies == {"search:Tamrow": "", f"search:{OURS}": "", f"author:{OURS}": missing, "recheck": ""}


def test_without_network_and_without_answer_the_message_names_the_setting(workspace: Workspace, world: bluesky.World):
    world.faults.delay = 0.6
    world.toml += "timeout_seconds = 0.2\n"
    (tally,) = collected(workspace, world)
    assert tally.error == f"{SEARCH}, did not answer in time; timeout_seconds in brand.toml may be raised"
    base = next(line for line in world.toml.splitlines() if line.startswith("api_base"))
    world.toml = world.toml.replace(base, 'api_base = "http://127.0.0.1:9"')
    (tally,) = collected(workspace, world)
    assert tally.error == (
        "Bluesky cannot be reached: Connection refused; "
        "check the network, then api_base (public_base where there is no login) in brand.toml"
    )


def test_a_login_page_of_a_proxy_is_not_taken_for_an_answer(workspace: Workspace, world: bluesky.World):
    world.login_fault = Response("<html>please sign in</html>", 200, content_type="text/html")
    (tally,) = collected(workspace, world)
    assert tally.error.startswith("Bluesky") and "documented JSON" in tally.error


def test_a_handle_that_only_begins_like_the_brand_s_is_somebody_else_s(workspace: Workspace, world: bluesky.World):
    world.say("1", ANN, "Tamrow, says @tamrow.fans.example", later(0))
    world.say("2", ANN, "Tamrow, I ask @tamrow.", later(1))
    world.say("3", ANN, "Tamrow, says @tamrow-fans", later(2))
    world.handle = f'{world.handle}", "@tamrow'  # as brand.toml lists them
    collected(workspace, world)
    assert rows(workspace, "select text, addressed from touch order by text") == [
        ("Tamrow, I ask @tamrow.", True),
        ("Tamrow, says @tamrow-fans", False),
        ("Tamrow, says @tamrow.fans.example", False),
    ]
