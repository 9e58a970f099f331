"""How X is read: requests and prices of a first, a cut, a resumed and a quiet run, limits, faults and keys."""

import logging
import traceback
from datetime import datetime, timedelta

import pytest
from pytest_httpserver import HTTPServer

from pipeline.plan import read_plans
from pipeline.sources.network import SourceError
from pipeline.sources.x_bill import MOST_REMEMBERED, bill
from pipeline.sources.x_client import ask, connect
from pipeline.store import Workspace, now
from pipeline.tally import Tally
from tests.conftest import orchard_here
from tests.servers import x
from tests.servers.x import BEARER, USER
from tests.test_networks import OVERLAP, chosen, collected, rows

START = now().replace(microsecond=0) - timedelta(days=2)
ALL = (
    "select touch_id, direction, kind, account_id, addressed, conversation, reply_to, text from touch order by touch_id"
)

PAGES = "page_size = 25\nthreads = 0\nquotes = 0\n"
SAID = "X, what is said to @tamrowbuild, "
TOLD = {"title": "as scripted", "detail": "words of X"}
SAYS = '(X says: "words of X")'
AGAIN = "the next refresh asks again"
MEANING = {
    400: "does not take the question; check query_extra and terms in brand.toml, and fields where it names a parameter",
    401: "does not take the keys: check X_BEARER_TOKEN, and with `owned` X_CONSUMER_KEY, X_CONSUMER_SECRET, "
    "X_ACCESS_TOKEN and X_ACCESS_TOKEN_SECRET",
    402: "is out of credits: buy some at console.x.com, or raise the spending limit there",
    403: "does not let this app read that: see what your access includes at console.x.com",
    404: "knows nothing of that name: it is misspelt or gone; check handles and api_base in brand.toml",
}


@pytest.fixture
def world(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> x.World:
    for name, value in (BEARER | USER).items():
        monkeypatch.setenv(name, value)
    return x.World(httpserver, START)


def by_stream(tallies: list[Tally]) -> dict[str, tuple[int, int, str]]:
    """Return requests, new touches and error of each stream."""
    return {tally.stream.partition(":")[0]: (tally.requests, tally.stored, tally.error) for tally in tallies}


def cost(tallies: list[Tally]) -> float:
    return round(sum(tally.cost for tally in tallies), 6)


def test_a_first_run_of_three_pages_in_both_directions_then_a_quiet_one(workspace: Workspace, world: x.World):
    world.talk(60)
    first = collected(workspace, world, PAGES)
    # 60 mentions are 3 pages, and before them the id of the handle; the 60 answers are 3, each with what it answers.
    assert by_stream(first) == {"mentions": (4, 60, ""), "posts": (3, 60, ""), "search": (1, 0, "")}
    assert cost(first) == round(0.01 + 60 * (0.001 + 0.01) + 60 * (0.001 + 0.005) + 0.01, 6)
    assert world.requests == 8
    quiet = collected(workspace, world, PAGES)
    assert by_stream(quiet) == {"mentions": (1, 0, ""), "posts": (1, 0, ""), "search": (1, 0, "")}
    assert (cost(quiet), world.requests) == (0, 11)


def test_an_interrupted_run_is_gone_on_with_and_asks_for_no_page_again(workspace: Workspace, world: x.World):
    world.talk(60)
    world.fail(after=2)
    (cut,) = collected(workspace, world, PAGES)
    assert (cut.requests, cut.stored, world.requests) == (3, 50, 4)
    assert cut.error == f"{SAID}answered 500: it has trouble of its own; {AGAIN}"
    resumed = collected(workspace, world, PAGES)
    # The rest of the old window, and what is new since: nothing.
    assert by_stream(resumed) == {"mentions": (2, 10, ""), "posts": (3, 60, ""), "search": (1, 0, "")}
    assert world.requests == 10
    assert rows(workspace, "select direction, count(*) from touch group by all order by all") == [
        ("in", 60),
        ("out", 60),
    ]


@pytest.mark.parametrize("more", ["", "page_size = 10\n", "owned = ''\n", "quotes = 5\nthreads = 5\npage_size = 20\n"])
def test_the_dry_run_says_at_least_what_the_run_takes(more: str, workspace: Workspace, world: x.World):
    world.toml = world.toml.replace('owned = "tamrowbuild"\n', "") if "owned" in more else world.toml
    more = more.replace("owned = ''\n", "")
    world.talk(20)
    for _ in range(2):
        plans = {plan.stream: plan for plan in read_plans(workspace, chosen(workspace, world, more))}
        for tally in collected(workspace, world, more):
            assert tally.error == ""
            assert tally.requests <= plans[tally.stream].pages
            assert tally.cost <= plans[tally.stream].cost
        world.talk(10)


@pytest.mark.parametrize("order", [1, -1])
def test_of_what_was_paid_for_today_the_newest_is_remembered(order: int):
    posts = [f"p{10**18 + number}" for number in range(MOST_REMEMBERED + 100)]
    authors = [f"u{number}" for number in range(50)]  # from before ids grew long: lower than any post's
    cost, memory = bill(dict.fromkeys([*posts, *authors][::order], 0.5), None)
    assert (cost, len(memory["ids"])) == (0.5 * (len(posts) + 50), MOST_REMEMBERED + 50)
    assert bill(dict.fromkeys([*posts[-200:], *authors], 0.5), memory)[0] == 0
    assert bill({posts[-1]: 0.5, "p2000000000000000000": 0.5}, memory)[0] == 0.5


def test_the_budget_stops_a_run_before_it_is_exceeded(workspace: Workspace, world: x.World):
    world.talk(60)
    (tally,) = collected(workspace, world, PAGES + "monthly_budget = 1\n")
    # A page of 25 may cost 25 * (0.001 + 2 * 0.005 + 0.01): after the id and two pages no third one is sure to fit.
    assert tally.error.startswith("monthly_budget of $1.00 is reached: $0.560 spent this month (UTC), and the next ")
    assert (tally.requests, cost([tally]), world.requests) == (3, 0.56, 3)
    (again,) = collected(workspace, world, PAGES + "monthly_budget = 1\n")
    assert (again.requests, world.requests) == (0, 3)
    assert not [each.error for each in collected(workspace, world, PAGES + "monthly_budget = 2\n") if each.error]
    assert rows(workspace, "select count(*) from touch") == [(120,)]
    assert rows(workspace, "select sum(cost) <= 2 from fetched") == [(True,)]


def test_what_was_paid_for_today_is_not_counted_again(workspace: Workspace, world: x.World):
    world.talk(5)
    first = collected(workspace, world, "threads = 0\nquotes = 0\n")
    again = collected(workspace, world, OVERLAP + "threads = 0\nquotes = 0\n")
    assert (sum(tally.read for tally in again), cost(again), cost(first) > 0) == (15, 0, True)


@pytest.mark.parametrize(("body", "booked"), [({"data": [], "includes": []}, 0.525), ("a proxy's page", 0.0)])
def test_an_answer_of_x_of_another_form_is_counted_as_the_dearest_page(
    body: object, booked: float, workspace: Workspace, world: x.World
):
    world.talk(3)
    world.fail(after=0, status=200, body=body)
    (tally,) = collected(workspace, world, PAGES)
    assert tally.error.startswith(f"{SAID}answered something that is not its documented JSON")
    assert cost([tally]) == 0.01 + booked
    assert rows(workspace, "select round(sum(cost), 6) from fetched") == [(0.01 + booked,)]


def test_more_pages_than_a_run_may_take_are_left_to_the_next_runs(workspace: Workspace, world: x.World):
    world.talk(60)
    more = PAGES + "most_pages = 1\n"
    first = collected(workspace, world, more)
    told = "most_pages of 1 is reached; what was read is kept, and the next run goes on"
    assert by_stream(first)["mentions"] == (2, 25, f"X, what is said to @tamrowbuild: {told}")
    assert by_stream(first)["posts"] == (1, 25, f"X, what @tamrowbuild says: {told}")
    for _ in range(2):
        last = collected(workspace, world, more)
    # 25 and twice 25 with the last of the page before, since several of one second may straddle a page.
    assert by_stream(last) == {"mentions": (2, 11, ""), "posts": (2, 11, ""), "search": (1, 0, "")}
    assert rows(workspace, "select count(*) from touch") == [(120,)]


@pytest.mark.parametrize(
    ("status", "body", "message", "others"),
    [
        (400, TOLD, f"answered 400: it {MEANING[400]} {SAYS}", 2),
        (401, TOLD, f"answered 401: it {MEANING[401]} {SAYS}", 0),
        (402, TOLD, f"answered 402: it {MEANING[402]} {SAYS}", 0),
        (403, TOLD, f"answered 403: it {MEANING[403]} {SAYS}", 2),
        (403, {"reason": "client-not-enrolled"}, f"answered 403: it {MEANING[403]}", 0),
        (404, [], f"answered 404: it {MEANING[404]}", 2),
        (429, "Rate limit exceeded", f"answered 429: it was asked too often; {AGAIN}", 0),
        (429, b"Rate limit exceeded", f"answered 429: it was asked too often; {AGAIN}", 0),
        (302, {}, "answered 302: it answers something unexpected; check api_base", 0),
        (500, [], f"answered 500: it has trouble of its own; {AGAIN}", 0),
        (503, {}, f"answered 503: it has trouble of its own; {AGAIN}", 0),
        (200, b"<html>", f"answered something that is not its documented JSON; {AGAIN}", 0),
        (200, {"data": {"id": "1"}}, f"answered something that is not its documented JSON; {AGAIN}", 0),
        (200, {"hello": 1}, f"answered something that is not its documented JSON; {AGAIN}", 0),
    ],
)
def test_every_fault_says_what_it_is_and_whether_the_other_streams_are_read(
    status: int, body: object, message: str, others: int, workspace: Workspace, world: x.World
):
    world.talk(3)
    world.fail(0, status, body, Location="https://example.org/")
    (first, *rest) = collected(workspace, world)
    assert first.error == SAID + message
    assert (len(rest), [tally.error for tally in rest if tally.error]) == (others, [])
    assert not [tally.error for tally in collected(workspace, world) if tally.error]
    assert rows(workspace, "select count(*) from touch") == [(6,)]


def test_a_rate_limit_is_of_one_route_and_its_end_is_told(workspace: Workspace, world: x.World):
    world.talk(60)
    world.limits["/2/users/{id}/mentions"] = 2
    tallies = collected(workspace, world, PAGES)
    (mentions, posts, search) = tallies
    told = datetime.strptime(mentions.error.rpartition(" from ")[2].partition(" UTC")[0], "%d %b %Y %H:%M:%S")
    assert timedelta(seconds=880) < told - now() < timedelta(seconds=910)
    # What the brand's answers answer comes with them, so that the ten missing questions are there.
    assert (mentions.stored, posts.stored, posts.error, search.error) == (50, 70, "", "")


def test_a_rate_limit_that_ends_within_wait_seconds_is_waited_for(workspace: Workspace, world: x.World):
    world.talk(30)
    world.limits["/2/users/{id}/mentions"] = 1
    world.toml = world.toml.replace("wait_seconds = 0\n", "")
    world.reset = 2
    assert by_stream(collected(workspace, world, PAGES))["mentions"] == (3, 30, "")


def test_a_gateway_in_trouble_is_asked_again_at_once(workspace: Workspace, world: x.World):
    world.talk(3)
    for _ in range(2):
        world.faults.add(0, 503, {}, {})
    tallies = collected(workspace, world)
    assert [tally.error for tally in tallies] == ["", "", ""]
    assert world.asked().count("/2/users/501/mentions") == 3


def test_the_time_out_of_the_settings_holds(workspace: Workspace, world: x.World):
    world.faults.delay = 0.5
    (tally,) = collected(workspace, world, "timeout_seconds = 0.1\n")
    assert tally.error == f"{SAID}did not answer in time; timeout_seconds in brand.toml may be raised"
    assert len(world.asked()) == 1


def test_without_network_the_message_names_the_setting(workspace: Workspace, world: x.World):
    world.toml = world.toml.rpartition("api_base")[0] + 'api_base = "http://127.0.0.1:9"\n'
    (tally,) = collected(workspace, world)
    assert tally.error == "X cannot be reached: Connection refused; check the network, then api_base in brand.toml"


def test_keys_of_the_user_sign_what_is_owned_and_the_bearer_token_asks_for_the_rest(
    workspace: Workspace, world: x.World
):
    world.talk(1)
    collected(workspace, world)
    kinds = [(request.path, request.headers["Authorization"].split()[0]) for request in world.faults.asked]
    assert kinds == [
        ("/2/users/501/mentions", "OAuth"),
        ("/2/users/501/tweets", "OAuth"),
        ("/2/tweets/search/recent", "Bearer"),
    ]
    assert world.lookups.asked[0].headers["Authorization"].startswith("Bearer ")


def test_without_keys_nothing_is_asked_and_wrong_ones_are_told_without_their_value(
    workspace: Workspace, world: x.World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("X_ACCESS_TOKEN_SECRET", "a-wrong-one")
    (tally,) = collected(workspace, world)
    assert tally.error == f"{SAID}answered 401: it {MEANING[401]}"
    asked = world.requests
    for name in ("X_ACCESS_TOKEN_SECRET", "X_BEARER_TOKEN"):
        monkeypatch.setenv(name, "")
        (tally,) = collected(workspace, world)
        assert tally.error.startswith(f"{name} is not set: put it into the environment or into .env; console.x.com")
        monkeypatch.setenv(name, "some")
    assert world.requests == asked


def test_no_key_is_ever_in_a_log_or_in_an_error(
    workspace: Workspace, world: x.World, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
):
    world.talk(2)
    caplog.set_level(logging.DEBUG)
    world.fail(2, 401, {"detail": f"what is {BEARER['X_BEARER_TOKEN']}?"})
    said = collected(workspace, world)[-1].error
    assert said.endswith('(X says: "what is (X_BEARER_TOKEN)?")')
    source = chosen(workspace, world).networks()[0]
    for name in [name for name in logging.root.manager.loggerDict if name.startswith(("tweepy", "oauth", "requests"))]:
        logging.getLogger(name).setLevel(logging.DEBUG)
    world.fail(0, 500)
    with pytest.raises(SourceError) as raised:
        ask(connect(source, BEARER | USER), "/2/users/501/mentions", {}, source, "mentions", as_user=True)
    traces = "".join(traceback.format_exception(raised.value))
    assert "DEBUG" in {record.levelname for record in caplog.records}
    for key in (BEARER | USER).values():
        assert key not in caplog.text + traces + capsys.readouterr().err + said


def test_keys_are_not_carried_elsewhere(workspace: Workspace, world: x.World, httpserver: HTTPServer):
    httpserver.expect_request("/elsewhere").respond_with_json({})
    world.fail(0, 301, {}, Location=httpserver.url_for("/elsewhere"))
    (tally,) = collected(workspace, world)
    assert tally.error == f"{SAID}answered 301: it answers something unexpected; check api_base"
    assert "/elsewhere" not in [request.path for request, _ in httpserver.log]


def test_the_command_says_what_it_would_cost_what_it_took_and_that_nothing_is_new(workspace: Workspace, world: x.World):
    world.talk(60)
    chosen(workspace, world, PAGES)
    planned = orchard_here(workspace.folder, "collect", "--dry-run")
    expected = (
        "x mentions:tamrowbuild: what is said to @tamrowbuild, from as far back as it goes; at most 21 requests, "
    )
    assert expected in planned.stdout and "no request was made" in planned.stdout
    assert world.requests == 0
    world.fail(after=2)
    cut = orchard_here(workspace.folder, "collect")
    assert cut.returncode == 1
    assert "x mentions:tamrowbuild: 50 new of 50, 3 requests, at most $0.560; X, what is said to" in cut.stdout
    assert "x posts:tamrowbuild: 60 new of 120, 3 requests" in orchard_here(workspace.folder, "collect").stdout
    quiet = orchard_here(workspace.folder, "collect")
    assert (quiet.returncode, quiet.stdout.splitlines()) == (
        0,
        [
            "x mentions:tamrowbuild: 0 new of 18, 1 requests",
            "x posts:tamrowbuild: 0 new of 36, 1 requests",
            "x search:Tamrow: 0 new of 0, 1 requests",
        ],
    )
