"""What Reddit does beyond the contract: logins, threads with folded answers, removals, the end of its listings."""

from datetime import datetime, timedelta

import pytest
from pytest_httpserver import HTTPServer

from pipeline.settings import SettingsError
from pipeline.store import Workspace, now
from tests.servers import reddit
from tests.servers.reddit import KEYS, POST
from tests.test_networks import chosen, collected, rows, stored

RECENT = now().replace(microsecond=0) - timedelta(days=2)
TOUCHES = "select touch_id, direction, account_id, addressed, reply_to, text from touch order by touch_id"
WHOLE = "comments in r/kitchens"


@pytest.fixture
def world(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> reddit.World:
    made = reddit.World(httpserver, RECENT)
    for name in ("REDDIT_USERNAME", "REDDIT_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    return made


def later(minutes: int) -> datetime:
    return RECENT + timedelta(minutes=minutes)


def talk(world: reddit.World) -> None:
    """Ann asks, the brand answers, Ann thanks without naming it; Bob speaks of something else."""
    world.post(POST, "asker", "Whom to ask for a kitchen?", at=RECENT)
    world.comment("t1_a", "ann", "I would ask Tamrow", at=later(1))
    world.comment("t1_b", "tamrowbuild", "Happy to come by", parent="t1_a", at=later(2))
    world.comment("t1_c", "ann", "that was kind, thank you", parent="t1_b", at=later(3))
    world.comment("t1_d", "bob", "I did mine alone", at=later(4))


TALKED = [
    ("reddit:t1_a", "in", "reddit:t2_ann", False, "reddit:t3_root", "I would ask Tamrow"),
    ("reddit:t1_b", "out", "reddit:t2_ann", False, "reddit:t1_a", "Happy to come by"),
    ("reddit:t1_c", "in", "reddit:t2_ann", True, "reddit:t1_b", "that was kind, thank you"),
]


def test_a_thread_is_read_whole_and_only_what_concerns_the_brand_is_kept(workspace: Workspace, world: reddit.World):
    talk(world)
    for _ in range(2):
        assert not [tally.error for tally in collected(workspace, world) if tally.error]
    assert rows(workspace, TOUCHES) == TALKED
    assert rows(workspace, "select distinct conversation, url from touch where touch_id = 'reddit:t1_c'") == [
        ("reddit:t3_root", "https://www.reddit.com/r/kitchens/comments/c/")
    ]


def test_answers_that_reddit_folds_away_are_asked_for(workspace: Workspace, world: reddit.World):
    talk(world)
    collected(workspace, world)
    for number in range(150):
        world.comment(f"t1_f{number}", "cid", f"folded {number}", parent="t1_b", at=later(10))
    world.folded = {"t1_c"} | {f"t1_f{number}" for number in range(150)}
    (threads,) = [tally for tally in collected(workspace, world) if tally.stream == "threads"]
    assert (threads.error, threads.notes, threads.requests) == ("", [], 3)
    assert rows(workspace, "select count(*) from touch") == [(153,)]


def test_more_folded_answers_than_are_read_are_told(workspace: Workspace, world: reddit.World):
    talk(world)
    collected(workspace, world)
    for number in range(1005):
        world.comment(f"t1_f{number:04}", "cid", "on and on", at=later(10))
    world.folded = {name for name in world.things if name.startswith("t1_f")}
    (threads,) = [tally for tally in collected(workspace, world) if tally.stream == "threads"]
    assert (threads.notes, threads.requests) == (["5 folded answers of a thread were not read"], 11)


def test_answers_folded_once_more_are_asked_for_and_branches_that_reddit_does_not_show_are_told(
    workspace: Workspace, world: reddit.World
):
    talk(world)
    collected(workspace, world)
    world.comment("t1_f1", "cid", "so it was", parent="t1_b", at=later(10))
    world.comment("t1_f2", "tamrowbuild", "thank you, both", parent="t1_f1", at=later(11))
    world.folded, world.nested, world.cut = {"t1_f1"}, {"t1_f1"}, {"t1_f1", "t1_f2"}
    (threads,) = [tally for tally in collected(workspace, world) if tally.stream == "threads"]
    assert (threads.error, threads.requests) == ("", 3)
    assert threads.notes == ["2 branches of a thread go deeper than Reddit shows"]
    assert rows(workspace, "select account_id, reply_to from touch where touch_id = 'reddit:t1_f2'") == [
        ("reddit:t2_cid", "reddit:t1_f1")
    ]


def test_answers_to_a_post_titled_with_the_brand_and_posts_belong_to_it(workspace: Workspace, world: reddit.World):
    world.post(POST, "asker", "Has anybody had Tamrow in?", "I have a small kitchen.", at=RECENT)
    world.comment("t1_a", "ann", "yes, lovely work", at=later(1))
    world.comment("t1_b", "bob", "mine is green", parent="t1_a", at=later(2))
    world.comment("t1_c", "cid", "ask u/TamrowBuild", parent="t1_b", at=later(3))
    collected(workspace, world)
    assert rows(workspace, "select touch_id, kind, addressed, text from touch order by touch_id") == [
        ("reddit:t1_a", "reply", False, "yes, lovely work"),
        ("reddit:t1_c", "reply", True, "ask u/TamrowBuild"),
        ("reddit:t3_root", "mention", False, "Has anybody had Tamrow in?\nI have a small kitchen."),
    ]


def test_all_of_a_subreddit_of_ones_own_is_kept_where_the_settings_say_so(workspace: Workspace, world: reddit.World):
    world.post(POST, "ann", "a green one", at=RECENT)
    world.comment("t1_b", "AutoModerator", "read the rules", at=later(1))
    collected(workspace, world)
    assert stored(workspace) == []
    collected(workspace, world, "all = true\noverlap_minutes = 100000\n")
    assert [text for *_, text in stored(workspace)] == ["a green one", "read the rules"]
    assert rows(workspace, "select handle from account where kind = 'bot'") == [("AutoModerator",)]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"body": "[deleted]", "author": "[deleted]"}, "deleted by its author"),
        ({"body": "[removed]"}, "removed by the moderators"),
        ({"author": "[deleted]"}, "its author has left Reddit"),
        ({"removed_by_category": "reddit"}, "removed by the moderators or by Reddit"),
    ],
)
def test_what_is_looked_up_again_and_gone_is_removed(
    change: dict[str, str], reason: str, workspace: Workspace, world: reddit.World
):
    world.start = reddit.START
    world.fill(120)
    collected(workspace, world)
    world.things["t1_n0007"] |= change
    (*_, recheck) = collected(workspace, world, "recheck_days = 1e-9\nthreads = 0\n")
    assert (recheck.stream, recheck.requests, recheck.read, recheck.removed) == ("recheck", 2, 120, 1)
    assert rows(workspace, "select reason from removal") == [(reason,)]
    assert "reddit:t1_n0007" not in [id for id, *_ in stored(workspace)]


def test_the_end_of_a_listing_before_what_is_known_is_told_as_a_gap(workspace: Workspace, world: reddit.World):
    world.start = reddit.START
    world.fill(10)
    collected(workspace, world)
    world.most_listed = 950
    world.fill(1000)
    (comments, *_) = collected(workspace, world)
    ((since, until),) = rows(workspace, "select since, until from gap where stream = 'comments:kitchens'")
    assert comments.stored == 950
    assert (since, until) == (reddit.START + timedelta(hours=8, minutes=45), reddit.START + timedelta(hours=60))


def test_the_mentions_of_the_account_need_its_login(
    workspace: Workspace, world: reddit.World, monkeypatch: pytest.MonkeyPatch
):
    world.toml = world.toml.replace('subreddits = ["kitchens"]\n', "inbox = true\n")
    world.comment("t1_a", "ann", "u/tamrowbuild are you there?", at=later(1))
    (tally,) = collected(workspace, world)
    assert tally.error.startswith("REDDIT_USERNAME is not set: put it into the environment or into .env; an app of")
    monkeypatch.setenv("REDDIT_USERNAME", "tamrowbuild")
    monkeypatch.setenv("REDDIT_PASSWORD", "wrong")
    (tally,) = collected(workspace, world)
    assert tally.error == (
        "Reddit refuses the login (invalid_grant): check REDDIT_CLIENT_ID, REDDIT_CLIENT_SECRET, REDDIT_USERNAME, "
        "REDDIT_PASSWORD"
    )
    monkeypatch.setenv("REDDIT_PASSWORD", "right")
    collected(workspace, world)
    assert rows(workspace, "select touch_id, conversation, url from touch") == [
        ("reddit:t1_a", "reddit:t3_root", "https://www.reddit.com/r/kitchens/comments/root/whom_to_ask/a/")
    ]
    assert world.logins[-1] == {"grant_type": "password", "username": "tamrowbuild", "password": "right"}


def test_the_thread_of_a_mention_of_the_account_is_read(
    workspace: Workspace, world: reddit.World, monkeypatch: pytest.MonkeyPatch
):
    for name in ("REDDIT_USERNAME", "REDDIT_PASSWORD"):
        monkeypatch.setenv(name, "right")
    world.toml = world.toml.replace('subreddits = ["kitchens"]\n', "inbox = true\n")
    world.post(POST, "asker", "Whom to ask for a kitchen?", at=RECENT)
    world.comment("t1_a", "ann", "u/tamrowbuild are you there?", at=later(1))
    world.comment("t1_b", "bob", "ask Tamrow on Monday", parent="t1_a", at=later(2))
    for _ in range(2):
        assert not [tally.error for tally in collected(workspace, world) if tally.error]
    assert rows(workspace, "select touch_id, conversation from touch order by touch_id") == [
        ("reddit:t1_a", "reddit:t3_root"),
        ("reddit:t1_b", "reddit:t3_root"),
    ]


def test_without_keys_nothing_is_asked_and_wrong_keys_are_told_without_their_value(
    workspace: Workspace, world: reddit.World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("REDDIT_CLIENT_SECRET", "a-wrong-one")
    (tally,) = collected(workspace, world)
    keys = "does not take the keys: check REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET"
    assert tally.error == f"Reddit, {WHOLE}, answered 401: it {keys}"
    asked = world.requests
    monkeypatch.delenv("REDDIT_CLIENT_SECRET")
    (tally,) = collected(workspace, world)
    assert tally.error.startswith("REDDIT_CLIENT_SECRET is not set")
    assert world.requests == asked


PRIVATE = "does not let this app read there: it is private or quarantined, or the app is not approved for it"
ABSENT = "knows nothing of that name: it is banned or misspelt"


@pytest.mark.parametrize(
    ("status", "headers", "message", "others"),
    [
        (400, {}, "answered 400: it does not take the question; the next refresh asks again", 0),
        (402, {}, "answered 402: it wants to be paid: its terms ask for an agreement on commercial use", 0),
        (403, {}, f"answered 403: it {PRIVATE}", 3),
        (404, {}, f"answered 404: it {ABSENT}", 3),
        (302, {"Location": "/subreddits/search"}, f"answered 404: it {ABSENT}", 3),
        (418, {}, "answered 418: it is unexpected; the next refresh asks again", 0),
        (429, {}, "answered 429: it was asked too often; the next refresh asks again", 0),
        (502, {}, "answered 502: it has trouble of its own; the next refresh asks again", 0),
        (200, {}, "answered something that is not its documented JSON; the next refresh asks again", 0),
    ],
)
def test_every_fault_says_what_it_is_and_whether_it_is_of_one_subreddit_alone(
    status: int, headers: dict[str, str], message: str, others: int, workspace: Workspace, world: reddit.World
):
    world.fill(1)
    world.fail(0, status, {"error": status, "message": "as scripted"}, **headers)
    (first, *rest) = collected(workspace, world)
    assert first.error == f"Reddit, {WHOLE}, {message}"
    assert (len(rest), any(tally.error for tally in rest)) == (others, False)


def test_an_answer_nested_without_end_is_none_of_its_documented_form(workspace: Workspace, world: reddit.World):
    world.fail(0, 200, b"[" * 100_000)
    (tally,) = collected(workspace, world)
    assert (
        tally.error
        == f"Reddit, {WHOLE}, answered something that is not its documented JSON; the next refresh asks again"
    )


def test_when_it_was_asked_too_often_the_moment_of_the_next_question_is_told(workspace: Workspace, world: reddit.World):
    world.fail(0, 429, {}, **{"Retry-After": "600"})
    (tally,) = collected(workspace, world)
    told = datetime.strptime(tally.error.rpartition(" from ")[2], "%d %b %Y %H:%M:%S UTC")
    assert timedelta(seconds=590) < told - now() < timedelta(seconds=610)


def test_a_thread_that_is_private_by_now_is_a_note_and_the_others_are_read(workspace: Workspace, world: reddit.World):
    talk(world)
    collected(workspace, world)
    del world.things[POST]
    (threads,) = [tally for tally in collected(workspace, world) if tally.stream == "threads"]
    assert (threads.error, threads.notes) == ("", [f"Reddit, a thread, answered 404: it {ABSENT}"])


def test_the_time_out_of_the_settings_holds(workspace: Workspace, world: reddit.World):
    world.faults.delay = 0.3
    (first, *_) = collected(workspace, world, "timeout_seconds = 0.1\n")
    assert first.error == f"Reddit, {WHOLE}, did not answer in time; timeout_seconds in brand.toml may be raised"


def test_without_network_the_message_names_the_setting(workspace: Workspace, world: reddit.World):
    lines = [line for line in world.toml.splitlines() if "_base" not in line]
    world.toml = "\n".join([*lines, 'api_base = "http://127.0.0.1:9"', 'login_base = "http://127.0.0.1:9"\n'])
    (tally,) = collected(workspace, world)
    advice = "check the network, then api_base and login_base in brand.toml"
    assert tally.error == f"Reddit cannot be reached: Connection refused; {advice}"


def test_reddit_wants_to_know_who_reads(workspace: Workspace, world: reddit.World):
    world.toml = world.toml.replace("linux:orchard:1 (by /u/tamrowbuild)", "python-requests/2.0")
    with pytest.raises(SettingsError, match=r"key sources \(entry 1\)\.user_agent"):
        chosen(workspace, world)


def test_of_what_reddit_sends_only_what_is_needed_is_kept(workspace: Workspace, world: reddit.World):
    world.fill(1)
    collected(workspace, world)
    ((payload,),) = rows(workspace, "select payload from raw")
    assert "author_flair_text" not in payload and "Tamrow & sons, note 0" in payload
