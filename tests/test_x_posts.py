"""What becomes of the posts of X: people, threads, likes, edits, deletions, gaps, both spellings, the archive."""

from datetime import timedelta
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from pipeline import store
from pipeline.collect import read_stream
from pipeline.job import open_job
from pipeline.plan import read_plans
from pipeline.settings import SettingsError
from pipeline.sources.network import SourceError, Window
from pipeline.sources.x import fetch
from pipeline.sources.x_client import connect
from pipeline.sources.x_queries import pack, question, quoted
from pipeline.sources.x_read import REACH
from pipeline.sources.x_watch import threads
from pipeline.store import Workspace, now
from pipeline.tally import Tally
from tests.servers import x
from tests.servers.x import BEARER, USER
from tests.test_networks import OVERLAP, chosen, collected, rows, stored

START = now().replace(microsecond=0) - timedelta(days=2)
TOUCHES = "select touch_id, direction, kind, account_id, addressed, conversation, reply_to, text from touch"
ALONE = "threads = 0\nquotes = 0\n"  # timelines and the search only


@pytest.fixture
def world(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> x.World:
    for name, value in (BEARER | USER).items():
        monkeypatch.setenv(name, value)
    return x.World(httpserver, START)


def change(workspace: Workspace, sql: str) -> None:
    with store.connect(workspace.mentions) as con:
        con.execute(sql)


def link(address: str) -> dict[str, object]:
    return {"start": 0, "end": 1, "url": "https://t.co/a", "expanded_url": address}


def test_what_is_said_is_mapped_with_its_people_its_thread_and_its_relations(workspace: Workspace, world: x.World):
    """Ann is answered; Cid answers Bob, who names the brand; Dot quotes the brand, and the brand repeats Eve."""
    world.user("ann", "701", name="Ann Reader", entities={"url": {"urls": [link("https://ann.example")]}})
    for id, handle in enumerate(("bob", "cid", "dot", "eve", "fay"), 702):
        world.user(handle, str(id))
    asked = world.say("ann", "@TamrowBuild is it oak?", world.later(0), id="1")
    told = world.say("tamrowbuild", "@ann it is, & more", world.later(1), id="2", replied_to=asked["id"])
    world.say("bob", "my Tamrow kitchen is here", world.later(2), id="3")
    world.say("dot", "well said", world.later(4), id="5", quoted=told["id"])
    eve = world.say("eve", "look at this", world.later(5), id="6")
    world.say("tamrowbuild", "RT @eve: look at this", world.later(6), id="7", retweeted=eve["id"])
    world.say("tamrowbuild", "Good morning", world.later(7), id="8")
    collected(workspace, world)
    world.say("cid", "@bob congratulations", world.later(3), id="4", replied_to="3")
    world.say("fay", "@cid where do you live?", world.later(8), id="9", replied_to="4")
    assert not [tally.error for tally in collected(workspace, world) if tally.error]
    assert rows(workspace, f"{TOUCHES} order by touch_id") == [
        ("x:1", "in", "mention", "x:701", True, "x:1", None, "@TamrowBuild is it oak?"),
        ("x:2", "out", "reply", "x:701", False, "x:1", "x:1", "@ann it is, & more"),
        ("x:3", "in", "mention", "x:702", False, "x:3", None, "my Tamrow kitchen is here"),
        ("x:4", "in", "reply", "x:703", False, "x:3", "x:3", "@bob congratulations"),
        ("x:5", "in", "quote", "x:704", True, "x:5", None, "well said"),
        ("x:7", "out", "repost", "x:705", False, "x:7", None, "RT @eve: look at this"),
        ("x:8", "out", "mention", None, False, "x:8", None, "Good morning"),
    ]
    people = "select handle, name, link from account where account_id in ('x:701', 'x:705') order by handle"
    assert rows(workspace, people) == [("ann", "Ann Reader", "https://ann.example"), ("eve", "eve", None)]
    address = ("tamrowbuild", "https://x.com/i/status/2")
    assert rows(workspace, "select author, url from touch where touch_id = 'x:2'") == [address]


@pytest.mark.parametrize("spelling", ["tweet", "post"])
def test_both_spellings_bring_the_same(spelling: str, workspace: Workspace, world: x.World):
    world.spelling = spelling
    more = f'fields = "{spelling}"\n'
    long = "@tamrowbuild " + "so many words " * 40 + "and the end"
    asked = world.say("ann", long, world.later(0), id="10")
    world.say("tamrowbuild", "@ann thank you", world.later(1), id="20", replied_to=asked["id"])
    collected(workspace, world, more)
    assert [text for *_, text in stored(workspace)] == [long, "@ann thank you"]
    ann = world.user("ann")
    assert rows(workspace, "select reply_to, account_id from touch where touch_id = 'x:20'") == [("x:10", f"x:{ann}")]
    edited = world.edit("x:10")
    tallies = collected(workspace, world, more + OVERLAP)
    assert (sum(tally.removed for tally in tallies), [tally.error for tally in tallies if tally.error]) == (1, [])
    assert stored(workspace)[0] == ("x:11", "in", world.later(0.5), edited)
    assert rows(workspace, "select reason from removal") == [("replaced by an edited version",)]


def test_a_spelling_that_x_takes_no_more_is_told_with_the_setting(workspace: Workspace, world: x.World, shared: Path):
    world.spelling = "post"
    tallies = collected(workspace, world)
    told = 'fields where it names a parameter (X says: "The query parameter [tweet.fields] is not one of ['
    assert [told in tally.error for tally in tallies] == [True, True, True]


def test_a_deleted_post_that_another_answers_is_removed_and_other_partial_errors_are_told(
    workspace: Workspace, world: x.World
):
    world.talk(2)
    collected(workspace, world)
    (first, _), (answered, _), (second, _), *_ = rows(workspace, "select touch_id, 0 from touch order by happened_at")
    world.delete(first)
    world.withheld[second.removeprefix("x:")] = "Authorization Error"
    tallies = collected(workspace, world, OVERLAP)
    assert sum(tally.removed for tally in tallies) == 1
    assert rows(workspace, "select reason from removal") == [("deleted by its author",)]
    assert [id for id, *_ in stored(workspace)][:2] == [answered, second]
    (note,) = {note for tally in tallies for note in tally.notes}
    assert note.startswith("X: Authorization Error: Sorry, you are not authorized to see the Post with")


def test_more_than_seven_days_without_a_run_are_a_gap_of_the_search_and_of_it_alone(
    workspace: Workspace, world: x.World
):
    world.say("bob", "my Tamrow kitchen is here", world.later(0))
    collected(workspace, world, ALONE)
    last = now() - timedelta(days=9)
    change(workspace, f'update cursor set memory = json_merge_patch(memory, \'{{"covered": "{last.isoformat()}"}}\')')
    (*_, search) = collected(workspace, world, ALONE)
    ((stream, since, until),) = rows(workspace, "select stream, since, until from gap")
    assert (stream, since) == ("search:Tamrow", last)
    assert abs(until - (now() - timedelta(days=7) + timedelta(minutes=10))) < timedelta(minutes=1)
    assert search.notes == [f"nothing can be had any more of {last:%d %b %Y %H:%M} to {until:%d %b %Y %H:%M}"]
    assert collected(workspace, world, ALONE)[-1].notes == []


def test_a_search_that_was_asked_daily_has_no_gap_however_old_its_last_hit_is(workspace: Workspace, world: x.World):
    world.say("bob", "my Tamrow kitchen is here", world.later(0))
    collected(workspace, world, ALONE)
    change(workspace, "update cursor set since = since - interval 30 days where stream like 'search%'")
    assert [note for tally in collected(workspace, world, ALONE) for note in tally.notes] == []
    assert rows(workspace, "select count(*) from gap") == [(0,)]


def test_the_rest_of_a_search_that_was_cut_off_too_long_ago_is_a_gap(workspace: Workspace, world: x.World):
    for number in range(30):
        world.say("bob", f"my Tamrow kitchen, day {number}", world.later(number))
    world.fail(after=3)
    cut = collected(workspace, world, ALONE + "page_size = 10\n")
    assert (cut[-1].stored, cut[-1].error != "") == (10, True)
    begun, reached = now() - timedelta(days=30), now().replace(microsecond=0) - timedelta(days=20)
    change(
        workspace,
        f"update cursor set reached = '{reached}', memory = json_merge_patch(memory, "
        f"'{{\"from\": \"{begun.isoformat()}\"}}') where stream like 'search%'",
    )
    (*_, search) = collected(workspace, world, ALONE + "page_size = 10\n")
    assert (search.stored, search.error) == (20, "")  # of the half hour before what was read last
    assert rows(workspace, "select since, until from gap") == [(begun, reached + timedelta(seconds=1))]


def test_the_first_run_says_what_the_recent_search_does_not_reach(workspace: Workspace, world: x.World):
    tallies = collected(workspace, world, "since = 2026-01-01T00:00:00Z\n")
    told = "the recent search of X reaches 7 days back; archive_since in brand.toml brings what is older"
    assert [tally.notes for tally in tallies] == [[], [], [told]]
    assert rows(workspace, "select count(*) from gap") == [(0,)]


def test_the_end_of_a_timeline_before_what_is_known_is_told_as_a_gap(workspace: Workspace, world: x.World):
    world.talk(1)
    collected(workspace, world, ALONE)
    for number in range(801):
        world.say("ann", f"@tamrowbuild {number}", world.later(20 + number))
    collected(workspace, world, ALONE)
    gap = ("mentions:tamrowbuild", world.later(-35), world.later(21))
    assert rows(workspace, "select stream, since, until from gap") == [gap]


def test_new_threads_are_read_back_and_known_ones_from_the_last_question_on(workspace: Workspace, world: x.World):
    world.talk(1)
    collected(workspace, world, "quotes = 0\n")
    collected(workspace, world, "quotes = 0\n")
    world.say("bob", "my Tamrow kitchen is here", world.later(20), id="7")
    world.say("cid", "@bob congratulations", world.later(21), id="8", replied_to="7")
    collected(workspace, world, "quotes = 0\n")
    collected(workspace, world, "quotes = 0\n")
    asked = [r.args for r in world.faults.asked if "conversation_id" in r.args.get("query", "")]
    first = "conversation_id:1990000000000000000"
    rest = "-from:tamrowbuild -@tamrowbuild -is:retweet"
    assert [each["query"] for each in asked] == [
        f"({first}) {rest}",
        f"({first}) {rest}",
        f"(conversation_id:7) {rest}",
        f"({first}) {rest}",
    ]
    week, minutes = now() - timedelta(days=6, hours=23), now() - timedelta(minutes=37)
    starts = [each["start_time"] for each in asked]
    assert [start < f"{week:%Y-%m-%dT%H:%M}" for start in starts] == [True, False, True, False]
    assert [start > f"{minutes:%Y-%m-%dT%H:%M}" for start in starts] == [False, True, False, True]
    assert "x:8" in [id for id, *_ in stored(workspace)]


def cheer(world: x.World, thread: str, many: int, first: int = 0) -> None:
    """Let so many people answer a thread, each a minute after the one before."""
    for number in range(first, first + many):
        world.say("cid", f"@bob congratulations {number}", world.later(100 + number), replied_to=thread)


def ends(world: x.World, thread: str) -> list[str | None]:
    """Return before when each question about a thread asked; None where it asked for all up to now."""
    asked = [request.args for request in world.faults.asked]
    return [each.get("end_time") for each in asked if f"conversation_id:{thread}" in each.get("query", "")]


def before(world: x.World, number: int) -> str:
    return f"{world.later(100 + number) + timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}"


def read_threads(workspace: Workspace, world: x.World, ids: list[str], more: str) -> Tally:
    """Read the stream of threads alone, as a run does."""
    found = chosen(workspace, world, "page_size = 10\n" + more)
    job = open_job(workspace, found, found.networks()[0])
    (stream,) = threads(job.settings, job.brand, ids)
    tally = Tally("x", stream.name)
    try:
        read_stream(job, stream, tally, lambda records: None)
    except SourceError as error:
        tally.error = str(error)
    return tally


def test_a_thread_longer_than_a_run_may_ask_for_is_read_in_several_and_the_others_behind_it(
    workspace: Workspace, world: x.World
):
    world.say("dot", "my Tamrow porch is here", world.later(0), id="7")
    world.say("bob", "my Tamrow kitchen is here", world.later(1), id="8")
    read_threads(workspace, world, ["7"], "")
    cheer(world, "8", 65)
    world.say("eve", "@dot lovely", now().replace(microsecond=0), id="9", replied_to="7")
    told = [read_threads(workspace, world, ["8", "7"], "most_pages = 3\n").error for _ in range(3)]
    cut = "X, 2 recent threads: most_pages of 3 is reached; what was read is kept, and the next run goes on"
    assert told == [cut, cut, ""]
    # 65 answers and the post that they answer; of each run before only the last second is asked for again. At last
    # what was said since the first of these runs.
    assert ends(world, "8") == [None] * 3 + [before(world, 35)] * 3 + [before(world, 6), None]
    conversations = "select conversation, count(*) from touch group by all order by all"
    assert rows(workspace, conversations) == [("x:7", 2), ("x:8", 66)]


def test_a_thread_that_the_budget_cuts_off_is_gone_on_with(workspace: Workspace, world: x.World):
    world.say("bob", "my Tamrow kitchen is here", world.later(1), id="8")
    cheer(world, "8", 25)
    # A page of ten costs 0.065 here, and may cost 0.25.
    cut = read_threads(workspace, world, ["8"], "monthly_budget = 0.26\n")
    assert (cut.requests, cut.error.partition(" of $")[0]) == (1, "monthly_budget")
    assert read_threads(workspace, world, ["8"], "").error == ""
    # After ten their last one again, and the other sixteen, in two pages.
    assert ends(world, "8") == [None, before(world, 15), before(world, 15), None]
    assert rows(workspace, "select count(*) from touch") == [(26,)]


@pytest.mark.parametrize("asked", [None, timedelta(days=22)])
def test_the_rest_of_a_thread_that_is_out_of_reach_is_a_gap_and_the_thread_is_read_on(
    asked: timedelta | None, workspace: Workspace, world: x.World
):
    found = chosen(workspace, world)
    source = found.networks()[0]
    begun, until, since = now() - timedelta(days=20), now() - timedelta(days=21), asked and now() - asked
    moments = {"begun": begun.isoformat(), "until": until.isoformat(), "since": since and since.isoformat()}
    window = Window(memory={"unfinished": {"ids": ["8"], **moments}})
    (stream,) = threads(source, found.find_brand("tamrow"), ["8"])
    (missed, again) = fetch(window, stream, source, connect(source, BEARER | USER))
    assert (missed.requests, missed.gap) == (0, (since or begun - REACH, until))
    assert missed.memory == {"read": {"8": begun.isoformat()}}
    assert again.gap and again.gap[0] == begun and abs(again.gap[1] - (now() - REACH)) < timedelta(minutes=1)
    assert ends(world, "8") == [None]


def test_the_archive_is_searched_once_and_gone_on_with_after_an_interruption(workspace: Workspace, world: x.World):
    old = now().replace(microsecond=0) - timedelta(days=60)
    for number in range(25):
        world.say(f"old{number}", f"my Tamrow kitchen, part {number}", old + timedelta(hours=number))
    world.toml = world.toml.replace('owned = "tamrowbuild"\n', "")
    more = ALONE + "archive_since = 2026-01-01T00:00:00Z\npage_size = 10\n"
    world.fail(after=4)
    (*_, cut) = collected(workspace, world, more)
    assert (cut.stream, cut.stored) == ("archive:Tamrow OR @tamrowbuild OR from:tamrowbuild", 10)
    assert cut.error.endswith("answered 500: it has trouble of its own; the next refresh asks again")
    (*_, done) = collected(workspace, world, more)
    assert (done.requests, done.stored, done.error) == (2, 15, "")
    assert rows(workspace, "select count(*), min(happened_at) from touch") == [(25, old)]
    asked = world.asked().count("/2/tweets/search/all")
    collected(workspace, world, more)
    assert world.asked().count("/2/tweets/search/all") == asked == 4
    assert not [plan for plan in read_plans(workspace, chosen(workspace, world, more)) if "archive" in plan.stream]


def test_likes_are_touches_of_the_moment_at_which_they_were_seen(workspace: Workspace, world: x.World):
    told = world.say("tamrowbuild", "Good morning", world.later(0), id="8")
    collected(workspace, world, "likes = 1\n")
    world.likes[told["id"]] = [world.user("ann", "701"), world.user("tamrowbuild")]
    for _ in range(2):
        assert not [tally.error for tally in collected(workspace, world, "likes = 1\n") if tally.error]
    found = "select touch_id, direction, account_id, reply_to, happened_at > current_date - 1 from touch"
    assert rows(workspace, f"{found} where kind = 'like'") == [("x:like:8:701", "in", "x:701", "x:8", True)]


def test_likes_of_a_post_that_x_does_not_show_are_a_note(workspace: Workspace, world: x.World):
    world.say("tamrowbuild", "Good morning", world.later(0), id="8")
    collected(workspace, world, ALONE + "likes = 1\n")
    world.fail(3, 403, {"detail": "not yours"})
    (*_, likes) = collected(workspace, world, ALONE + "likes = 1\n")
    assert (likes.stream, likes.error) == ("likes", "")
    assert likes.notes[0].startswith("X, likes of post 8, answered 403: it does not let this app read that")


def test_likes_need_the_account_whose_keys_show_them(workspace: Workspace, world: x.World):
    world.toml = world.toml.replace('owned = "tamrowbuild"\n', "")
    with pytest.raises(SettingsError, match="likes need owned"):
        chosen(workspace, world, "likes = 3\n")


def test_a_protected_account_is_kept_in_private(workspace: Workspace, world: x.World):
    world.user("ann", "701", protected=True)
    world.say("ann", "@tamrowbuild is it oak?", world.later(0), id="1")
    collected(workspace, world)
    assert rows(workspace, "select touch_id, public from touch") == [("x:1", False)]


@pytest.mark.parametrize(("owned", "public"), [(True, False), (False, True)])
def test_what_comes_along_for_the_keys_of_the_brand_is_private_where_x_does_not_tell_its_author(
    owned: bool, public: bool, workspace: Workspace, world: x.World
):
    world.toml = world.toml if owned else world.toml.replace('owned = "tamrowbuild"\n', "")
    world.user("ann", "701", protected=owned)  # others do not see at all what she says
    world.say("ann", "oak, or rather beech?", world.later(0), id="1")
    world.say("tamrowbuild", "@ann oak", world.later(1), id="2", replied_to="1")
    world.say("bob", "@tamrowbuild @ann beech", world.later(2), id="3", replied_to="2")
    world.say("tamrowbuild", "@bob fine", world.later(3), id="4", replied_to="3")
    collected(workspace, world, ALONE)
    kept = [("x:1", public), ("x:2", True), ("x:3", True), ("x:4", True)]
    assert rows(workspace, "select touch_id, public from touch order by 1") == kept


def test_a_handle_that_x_does_not_know_is_an_error_of_its_own(workspace: Workspace, world: x.World):
    world.users.clear()
    world.say("bob", "my Tamrow kitchen is here", world.later(0))
    tallies = collected(workspace, world)
    unknown = "X knows no account @tamrowbuild: check the handles in brand.toml"
    assert [tally.error for tally in tallies] == [unknown, unknown, ""]
    assert rows(workspace, "select count(*) from touch") == [(1,)]


def test_terms_are_words_and_no_operators_and_questions_are_as_long_as_x_takes():
    terms = ("Tamrow", "OR", 'a "b" c', "-from:me")
    assert [quoted(term) for term in terms] == ["Tamrow", '"OR"', '"a  b  c"', '"-from:me"']
    groups = list(pack((f"conversation_id:{10**18 + n}" for n in range(50)), "-is:retweet", 512))
    assert [len(group) for group in groups] == [12, 12, 12, 12, 2]
    assert max(len(question(group, "-is:retweet")) for group in groups) <= 512
    assert list(pack(["a" * 600, "b"], "", 512)) == [["a" * 600], ["b"]]
