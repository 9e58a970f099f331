"""What Mastodon does beyond the contract: answers, other instances, hashtags, searches, privacy, faults, the gone."""

from datetime import datetime, timedelta

import pytest
from pytest_httpserver import HTTPServer

from pipeline.plan import read_plans
from pipeline.store import Workspace, now
from tests.servers import mastodon
from tests.servers.mastodon import EVERY_RUN, NAME
from tests.test_networks import chosen, collected, rows, stored

RECENT = now().replace(microsecond=0) - timedelta(days=2)
ANN, BOB = "ann@orchard.example", "bob@elsewhere.example"
ANN_ID = "mastodon:https://orchard.example/users/ann"
BOB_ID = "mastodon:https://elsewhere.example/users/bob"
TOUCHES = "select text, direction, kind, account_id, addressed from touch order by happened_at"


def later(minutes: int) -> datetime:
    return RECENT + timedelta(minutes=minutes)


@pytest.fixture
def world(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> mastodon.World:
    made = mastodon.World(httpserver, RECENT)
    for name, value in made.secrets.items():
        monkeypatch.setenv(name, value)
    return made


def text_of_all(workspace: Workspace) -> list[str]:
    return [text for *_, text in stored(workspace)]


def test_answers_are_known_by_what_they_answer_and_a_thread_is_read_whole(workspace: Workspace, world: mastodon.World):
    root = world.say(ANN, "built our kitchen", later(0), mentions=(NAME,))
    ours = world.say(NAME, "It was a joy", later(1), parent=root)
    world.say(BOB, "I did mine alone", later(2), parent=root)
    thanks = world.say(ANN, "and you were on time", later(3), parent=ours)
    collected(workspace, world)
    collected(workspace, world)
    assert rows(workspace, TOUCHES) == [
        (f"@{NAME} built our kitchen", "in", "mention", ANN_ID, True),
        ("It was a joy", "out", "reply", ANN_ID, False),
        ("and you were on time", "in", "reply", ANN_ID, True),
    ]
    assert rows(workspace, "select distinct conversation from touch") == [(f"mastodon:{world.uri(root)}",)]
    address = f"mastodon:{world.uri(thanks)}"
    assert rows(workspace, f"select reply_to, url from touch where touch_id = '{address}'") == [
        (f"mastodon:{world.uri(ours)}", f"https://orchard.example/@ann/{thanks}")
    ]


def test_one_context_serves_all_answers_of_a_thread(workspace: Workspace, world: mastodon.World):
    root = world.say(NAME, "We open on Monday", later(0))
    for number in range(8):
        world.say(ANN, f"answer {number}", later(number + 1), parent=root, mentions=(NAME,))
    collected(workspace, world)
    assert len([path for path in world.asked if path.endswith("/context")]) == 1
    assert rows(workspace, "select distinct conversation, reply_to from touch where kind = 'reply'") == [
        (f"mastodon:{world.uri(root)}", f"mastodon:{world.uri(root)}")
    ]


def test_a_hashtag_brings_what_names_the_brand_or_all_of_it(workspace: Workspace, world: mastodon.World):
    world.toml = world.toml.replace(EVERY_RUN, 'hashtags = ["kitchens"]\n')
    world.say(ANN, "Tamrow makes fine #kitchens", later(0))
    world.say(BOB, "my #kitchens are blue", later(1))
    (_, hashtag, *_) = collected(workspace, world)
    assert (hashtag.stream, hashtag.stored, hashtag.not_about) == ("hashtag:kitchens", 1, 1)
    world.toml += "all = true\noverlap_minutes = 9999\n"
    collected(workspace, world)
    assert text_of_all(workspace) == ["Tamrow makes fine #kitchens", "my #kitchens are blue"]


def test_a_search_is_read_page_by_page_where_it_is_asked_for(workspace: Workspace, world: mastodon.World):
    world.toml = world.toml.replace(EVERY_RUN, 'search = true\nmentions = false\nterms = ["Tamrow"]\nthreads = 0\n')
    for number in range(95):
        world.say(ANN, f"Tamrow {number}", later(number))
    (search, *_) = collected(workspace, world)
    assert (search.stream, search.stored, search.requests, search.error) == ("search:Tamrow", 95, 4, "")


def test_without_a_token_hashtags_and_what_the_brand_says_are_read(
    workspace: Workspace, world: mastodon.World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("MASTODON_TOKEN")
    (tally,) = collected(workspace, world)
    assert tally.error.startswith("MASTODON_TOKEN is not set: put it into the environment or into .env; ")
    world.toml = world.toml.replace(EVERY_RUN, 'mentions = false\nhashtags = ["kitchens"]\n')
    world.say(NAME, "We open on Monday", later(0))
    world.say(ANN, "Tamrow makes fine #kitchens", later(1))
    collected(workspace, world)
    tallies = {tally.stream: tally for tally in collected(workspace, world)}
    assert text_of_all(workspace) == ["We open on Monday", "Tamrow makes fine #kitchens"]
    assert tallies["threads"].notes == ["1 of 2 threads not to be had here"]
    assert not any("Authorization" in asked.headers for asked in world.faults.asked)


def test_what_was_said_in_private_is_kept_only_where_the_settings_say_so(workspace: Workspace, world: mastodon.World):
    world.say(ANN, "call me", later(0), mentions=(NAME,), visibility="direct")
    world.say(ANN, "for friends", later(1), mentions=(NAME,), visibility="private")
    world.say(ANN, "not on the front page", later(2), mentions=(NAME,), visibility="unlisted")
    kinds = "select text, kind, public from touch order by happened_at"
    collected(workspace, world)
    kept = [(f"@{NAME} for friends", "mention", False), (f"@{NAME} not on the front page", "mention", True)]
    assert rows(workspace, kinds) == kept
    assert not rows(workspace, "select 1 from raw where contains(payload::text, 'call me')")
    world.toml += "direct_messages = true\noverlap_minutes = 9999\n"
    collected(workspace, world)
    assert rows(workspace, kinds) == [(f"@{NAME} call me", "message", False), *kept]


def test_html_becomes_words_with_its_warning_and_nothing_of_its_scripts(workspace: Workspace, world: mastodon.World):
    text = 'fish &lt;b&gt; <a href="https://e.example">https://e<span>.example</span></a><script>x()</script></p><p>bye'
    world.say(ANN, text, later(0), mentions=(NAME,), spoiler_text="about &amp; food")
    collected(workspace, world)
    assert text_of_all(workspace) == [f"about & food\n@{NAME} fish <b> https://e.example\nbye"]


def test_an_address_that_an_instance_has_verified_is_kept_as_a_proof(workspace: Workspace, world: mastodon.World):
    fields = [
        {"name": "no", "value": '<a href="https://no.example">', "verified_at": None},
        {"name": "yes", "value": '<a href="https://ann.example/">', "verified_at": "2026-01-01T00:00:00.000Z"},
    ]
    status = world.say(ANN, "hello", later(0), mentions=(NAME,))
    world.statuses[status]["account"] |= {"fields": fields, "bot": True}
    collected(workspace, world)
    assert rows(workspace, "select account_id, handle, kind, link, verified from account") == [
        (ANN_ID, ANN, "bot", "https://ann.example/", True)
    ]


def test_the_brand_of_another_instance_is_not_the_brand(workspace: Workspace, world: mastodon.World):
    world.say(f"{NAME}@elsewhere.example", "Tamrow is what I call myself", later(0), mentions=(NAME,))
    collected(workspace, world)
    assert rows(workspace, "select direction, account_id from touch") == [
        ("in", f"mastodon:https://elsewhere.example/users/{NAME}")
    ]


def test_whom_the_brand_calls_by_name_or_quotes_is_the_other_side(workspace: Workspace, world: mastodon.World):
    asked = world.say(ANN, "who builds kitchens?", later(0))
    quote = {"state": "accepted", "quoted_status": world.statuses[asked]}
    world.say(NAME, "we do", later(1), quote=quote)
    world.say(NAME, "good morning", later(2), mentions=("bob@elsewhere.example",))
    collected(workspace, world)
    assert rows(workspace, TOUCHES) == [
        ("we do", "out", "quote", ANN_ID, False),
        ("@bob@elsewhere.example good morning", "out", "mention", BOB_ID, False),
    ]


@pytest.mark.parametrize("several", [True, False])
def test_what_is_gone_is_removed_and_what_another_instance_has_told_is_not_asked_here(
    several: bool, workspace: Workspace, world: mastodon.World
):
    world.several = several
    world.say(ANN, "stays", later(0), mentions=(NAME,))
    gone = world.say(BOB, "goes", later(1), mentions=(NAME,))
    collected(workspace, world)
    world.removed.add(gone)
    (*_, recheck) = collected(workspace, world)
    assert (recheck.stream, recheck.gone, recheck.removed, recheck.error) == ("recheck", 1, 1, "")
    assert text_of_all(workspace) == [f"@{NAME} stays"]
    world.removed |= set(world.statuses)
    world.toml = world.toml.replace("127.0.0.1", "localhost")
    (*_, recheck) = collected(workspace, world)
    assert (recheck.stream, recheck.requests, recheck.removed, recheck.error) == ("recheck", 0, 0, "")


def test_a_proxy_that_finds_nothing_removes_nothing(workspace: Workspace, world: mastodon.World):
    kept = world.say(ANN, "stays", later(0), mentions=(NAME,))
    collected(workspace, world)
    world.removed.add(kept)
    asked_before = 3  # notifications, the account, its threads
    world.fail(after=asked_before + 1, status=404, body=b"<html>no such page</html>")
    (*_, recheck) = collected(workspace, world)
    assert recheck.stream == "recheck"
    assert recheck.error.startswith("Mastodon, what is stored, answered 404: ")
    assert len(stored(workspace)) == 1


def test_an_unfinished_window_goes_on_below_what_was_read(workspace: Workspace, world: mastodon.World):
    world.toml = world.toml.replace(EVERY_RUN, "threads = 0\n")
    world.start = RECENT - timedelta(days=20)
    world.fill(200)
    world.fail(after=2, status=500)
    (first, *_) = collected(workspace, world)
    assert (first.stored, first.error != "") == (80, True)
    (second, *_) = collected(workspace, world)
    assert (second.stored, second.error) == (80, "")
    assert rows(workspace, "select count(*) from touch where direction = 'in'") == [(160,)]
    assert second.requests == 5  # two pages and an empty one of what was left, one of what is new and one that is older


def test_a_status_that_came_late_ends_no_reading(workspace: Workspace, world: mastodon.World):
    world.toml = world.toml.replace(EVERY_RUN, 'mentions = false\nhashtags = ["kitchens"]\nthreads = 0\n')
    world.say(ANN, "Tamrow makes fine #kitchens", later(0))
    collected(workspace, world)
    for number in range(100):
        world.say(ANN, f"Tamrow {number} #kitchens", later(60 + number))
    written = f"{later(-180).isoformat()}.000Z"
    world.say(BOB, "Tamrow is late for #kitchens", later(161), created_at=written)
    (hashtag, *_) = collected(workspace, world)
    assert (hashtag.stored, hashtag.already, hashtag.error) == (101, 1, "")


TOLD = "Mastodon, what was said to the account of the token"
AGAIN = "the next refresh asks again"
CHECK = "check api_base in brand.toml"


@pytest.mark.parametrize(
    ("status", "body", "headers", "times", "message"),
    [
        (400, None, {}, 1, f"answered 400: it does not take the question; {AGAIN}"),
        (
            401,
            {"error": "no"},
            {},
            1,
            "answered 401: it wants a login: check MASTODON_TOKEN, and that it is one of this",
        ),
        (402, None, {}, 1, f"answered 402: it wants to be paid, which is unexpected; {CHECK}"),
        (403, None, {}, 1, "answered 403: it does not let this account read that: check the rights of MASTODON_TOKEN"),
        (404, None, {}, 1, "answered 404: it knows nothing of that; check its name, and api_base in brand.toml"),
        (418, None, {}, 1, f"answered 418: it is unexpected; {AGAIN}"),
        (
            422,
            None,
            {},
            1,
            "answered 422: it does not allow that without a login, or not at all; check the settings of",
        ),
        (429, None, {}, 1, f"answered 429: it was asked too often; {AGAIN}"),
        (
            *(429, None, {"X-RateLimit-Reset": f"{now() + timedelta(minutes=5):%Y-%m-%dT%H:%M:%S.000Z}"}, 1),
            f"it was asked too often; it may be asked again from {now() + timedelta(minutes=5):%d %b %Y}",
        ),
        (500, None, {}, 1, f"answered 500: it has trouble of its own; {AGAIN}"),
        (503, None, {}, 3, f"answered 503: it has trouble of its own; {AGAIN}"),
        (503, None, {}, 2, ""),
        (200, {"of": "no form"}, {}, 1, f"answered something that is not its documented JSON; {CHECK}, else {AGAIN}"),
        (200, b"<html>", {}, 1, f"answered something that is not its documented JSON; {CHECK}, else {AGAIN}"),
    ],
)
def test_every_fault_says_what_it_is_and_what_to_do(
    status: int,
    body: object,
    headers: dict[str, str],
    times: int,
    message: str,
    workspace: Workspace,
    world: mastodon.World,
):
    world.say(ANN, "hello", later(1), mentions=(NAME,))
    for _ in range(times):
        world.fail(after=0, status=status, body=body, **headers)
    (first, *_) = collected(workspace, world)
    assert message in first.error and first.error.startswith(TOLD if message else "")
    assert len(stored(workspace)) == (0 if message else 1)
    collected(workspace, world)
    assert len(stored(workspace)) == 1


def test_an_account_that_the_instance_does_not_know_keeps_no_other_stream_waiting(
    workspace: Workspace, world: mastodon.World
):
    world.say(ANN, "hello", later(1), mentions=(NAME,))
    tallies = {tally.stream: tally.error for tally in collected(workspace, world)}
    missing = f"Mastodon, account {world.handle}, answered 404: it knows nothing of that; check its name, and api_base"
    assert tallies == {"mentions": "", f"account:{world.handle}": f"{missing} in brand.toml", "recheck": ""}


def test_without_network_and_without_answer_the_message_names_the_setting(workspace: Workspace, world: mastodon.World):
    world.faults.delay = 0.6
    world.toml += "timeout_seconds = 0.2\n"
    (tally,) = collected(workspace, world)
    assert tally.error == f"{TOLD}, did not answer in time; timeout_seconds in brand.toml may be raised"
    world.toml = world.toml.replace(world.base, "http://127.0.0.1:9")
    (tally,) = collected(workspace, world)
    advice = "check the network, then api_base in brand.toml"
    assert tally.error == f"Mastodon cannot be reached: Connection refused; {advice}"


def test_the_token_is_in_no_message_and_in_no_row(workspace: Workspace, world: mastodon.World):
    world.say(ANN, "hello", later(1), mentions=(NAME,))
    world.fail(after=0, status=403, body={"error": f"the token {world.secrets['MASTODON_TOKEN']} is wrong"})
    first, second = collected(workspace, world), collected(workspace, world)
    plans = list(read_plans(workspace, chosen(workspace, world)))
    assert world.secrets["MASTODON_TOKEN"] not in f"{first} {second} {plans}"
    assert not rows(workspace, f"select 1 from raw where contains(payload::text, '{world.secrets['MASTODON_TOKEN']}')")
