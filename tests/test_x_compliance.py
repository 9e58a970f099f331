"""What is no more at X is removed here, everywhere: by compliance jobs, by lookups, to the last byte of the files."""

import json
from datetime import timedelta

import numpy as np
import pytest
from pytest_httpserver import HTTPServer

from pipeline import run
from pipeline.plan import Plan, read_plans
from pipeline.publish import ModelFacts
from pipeline.store import Workspace, connect, now
from pipeline.tally import Tally
from tests.conftest import orchard_here
from tests.servers import x
from tests.servers.x import BEARER, USER
from tests.servers.x_compliance import Compliance
from tests.test_networks import chosen, collected, rows, stored

QUIET = "threads = 0\nquotes = 0\nsearch = false\njob_wait_seconds = 0\n"
EVERY_RUN = QUIET + "recheck_days = 1e-9\n"
LOOKUP = EVERY_RUN + 'recheck = "lookup"\n'
SECRET = "the copper gutters of Marigold Lane leak again"
ACCOUNTS = "select account_id from account order by all"


@pytest.fixture
def world(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> x.World:
    for name, value in (BEARER | USER).items():
        monkeypatch.setenv(name, value)
    return x.World(httpserver, now().replace(microsecond=0) - timedelta(days=2))


@pytest.fixture
def compliance(world: x.World, httpserver: HTTPServer) -> Compliance:
    return Compliance(world, httpserver)


def say(world: x.World, *texts: str) -> list[str]:
    """Let each text be said by somebody of his own; return the ids."""
    at = [world.start + timedelta(minutes=number) for number in range(len(texts))]
    return [world.say(f"asker{n}", f"@tamrowbuild {text}", at[n])["id"] for n, text in enumerate(texts)]


def last(tallies: list[Tally]) -> Tally:
    """Return the tally of the recheck."""
    assert tallies[-1].stream == "recheck"
    return tallies[-1]


def ids(workspace: Workspace) -> list[str]:
    return [id.removeprefix("x:") for id, *_ in stored(workspace)]


def test_a_job_removes_what_is_no_more_by_reason_and_keeps_the_rest(
    workspace: Workspace, world: x.World, compliance: Compliance
):
    posts = say(world, "one", "two", "three", "four", "five", "six", "seven")
    reasons = ("deleted", "deactivated", "protected", "suspended", "scrub_geo", "bounced")
    compliance.events = dict(zip(posts, reasons, strict=False))
    collected(workspace, world, QUIET)
    tally = last(collected(workspace, world, EVERY_RUN))
    assert compliance.uploads == {"7000": posts}
    assert compliance.keys == [None, None]
    assert (tally.removed, tally.error) == (5, "")
    told = {
        "deleted by its author": 1,
        "its account is deactivated": 1,
        "its account is protected": 1,
        "its account is suspended": 1,
        "taken back: bounced": 1,
    }
    assert tally.reasons == told
    assert tally.notes == [
        "compliance job 7000 was begun for 7 posts",
        "1 posts have no place any more; this source keeps none",
    ]
    assert ids(workspace) == [posts[4], posts[6]]
    assert rows(workspace, ACCOUNTS) == [(f"x:{world.user('asker4')}",), (f"x:{world.user('asker6')}",)]
    assert rows(workspace, "select count(*) from raw") == [(2,)]
    assert tally.words().startswith("x recheck: 0 new of 5, 4 requests, 5 removed (deleted by its author: 1, ")
    found = orchard_here(workspace.folder, "status", "--json")
    assert json.loads(found.stdout)["removed_by_networks"] == {f"x: {reason}": many for reason, many in told.items()}


def test_a_job_that_was_cut_off_is_gone_on_with_wherever_it_stood(
    workspace: Workspace, world: x.World, compliance: Compliance
):
    posts = say(world, "one", "two")
    collected(workspace, world, QUIET)
    compliance.events, compliance.looks = {posts[0]: "deleted"}, 3
    runs = [  # what was asked for before the fault, and what failed
        ["POST jobs", "PUT 7000"],
        ["GET jobs", "PUT 7000", "GET jobs"],
        ["GET jobs", "GET jobs"],
        ["GET jobs", "GET jobs", "GET 7000"],
    ]
    for asked in runs:
        before = len(compliance.asked())
        compliance.faults.add(len(asked) - 1, 500, {}, {})
        tally = last(collected(workspace, world, EVERY_RUN))
        assert (compliance.asked()[before:], tally.removed, tally.error != "") == (asked, 0, True)
    assert (last(collected(workspace, world, EVERY_RUN)).removed, ids(workspace)) == (1, [posts[1]])
    assert compliance.uploads == {"7000": posts}


def test_a_job_that_takes_longer_is_left_to_the_next_run_which_removes(
    workspace: Workspace, world: x.World, compliance: Compliance
):
    posts = say(world, "one", "two")
    collected(workspace, world, QUIET)
    compliance.events, compliance.looks = {posts[1]: "deleted"}, 3
    tally = last(collected(workspace, world, QUIET + "recheck_days = 1e-9\njob_minutes = 0\n"))
    assert (tally.removed, tally.error) == (0, "")
    assert tally.notes[1] == "compliance job 7000 is not done yet; the next run goes on with it"
    assert rows(workspace, "select count(*) from rechecked") == [(0,)]
    assert last(collected(workspace, world, EVERY_RUN)).removed == 1
    assert rows(workspace, "select count(*) from rechecked") == [(1,)]
    assert compliance.asked().count("PUT 7000") == 1


@pytest.mark.parametrize("fate", ["failed", "expired"])
def test_a_job_that_came_to_nothing_is_an_error_and_the_next_run_begins_another(
    fate: str, workspace: Workspace, world: x.World, compliance: Compliance
):
    posts = say(world, "one")
    collected(workspace, world, QUIET)
    compliance.events, compliance.fate = {posts[0]: "deleted"}, fate
    tally = last(collected(workspace, world, EVERY_RUN))
    assert tally.error == f"compliance job 7000 of X: {fate}; the next run begins a new one"
    compliance.fate = "complete"
    assert last(collected(workspace, world, EVERY_RUN)).removed == 1
    assert list(compliance.uploads) == ["7000", "7001"]


def test_a_job_that_was_given_no_ids_in_time_is_begun_anew(
    workspace: Workspace, world: x.World, compliance: Compliance
):
    posts = say(world, "one")
    collected(workspace, world, QUIET)
    compliance.events = {posts[0]: "deleted"}
    compliance.faults.add(1, 503, {}, {})
    tally = last(collected(workspace, world, EVERY_RUN))
    assert tally.error == "compliance job 7000 of X was given the ids, and answered 503; the next run goes on with it"
    compliance.jobs["7000"]["upload_expires_at"] = "2026-01-01T00:00:00.000Z"
    compliance.jobs["7000"]["status"] = "expired"
    assert last(collected(workspace, world, EVERY_RUN)).removed == 1
    assert compliance.uploads == {"7001": posts}


def test_another_job_of_the_same_app_is_told_in_the_words_of_x(
    workspace: Workspace, world: x.World, compliance: Compliance
):
    say(world, "one")
    collected(workspace, world, QUIET)
    compliance.jobs["1"] = {"id": "1", "status": "in_progress", "type": "tweets"}
    compliance.left = 99
    tally = last(collected(workspace, world, EVERY_RUN))
    assert tally.error.startswith(
        'X, the compliance job (recheck = "lookup" in brand.toml is another way), answered 400'
    )
    assert "Job is already running." in tally.error


def test_a_line_that_is_none_of_a_result_is_a_reject_and_the_others_count(
    workspace: Workspace, world: x.World, compliance: Compliance
):
    posts = say(world, "one", "two")
    collected(workspace, world, QUIET)
    compliance.events, compliance.lines = {posts[0]: "deleted"}, [b"<html>", b"[1]", b'{"id": "x"}', b""]
    tally = last(collected(workspace, world, EVERY_RUN))
    assert (tally.removed, tally.gone) == (1, 1)
    assert sum(tally.rejected.values()) == 3
    assert ids(workspace) == [posts[1]]


def test_lookups_remove_what_is_missing_protected_or_withheld(
    workspace: Workspace, world: x.World, compliance: Compliance
):
    posts = say(world, "one", "two", "three", "four")
    collected(workspace, world, QUIET)
    del world.posts[posts[0]]
    world.withheld[posts[1]] = "Authorization Error"
    compliance.events[posts[2]] = "withheld"
    tally = last(collected(workspace, world, LOOKUP))
    assert tally.reasons == {
        "deleted, or its account is gone": 1,
        "not shown to this app any more": 1,
        "withheld by X, in some countries or everywhere": 1,
    }
    assert (tally.requests, tally.error, round(tally.cost, 6)) == (1, "", 0.01)  # of the two that are shown
    assert ids(workspace) == [posts[3]]


@pytest.mark.parametrize("spelling", ["tweet", "post"])
def test_lookups_are_asked_in_hundreds_and_go_on_after_an_error(
    spelling: str, workspace: Workspace, world: x.World, compliance: Compliance
):
    world.spelling = spelling
    more = LOOKUP + f'fields = "{spelling}"\n'
    world.fill(250)
    collected(workspace, world, QUIET + f'fields = "{spelling}"\n')
    del world.posts[ids(workspace)[7]], world.posts[ids(workspace)[240]]
    compliance.faults.add(1, 500, {}, {})
    cut = last(collected(workspace, world, more))
    assert (cut.removed, cut.requests, cut.error) == (
        1, 1, "X, what is stored, answered 500: it has trouble of its own; the next refresh asks again",
    )  # fmt: skip
    rest = last(collected(workspace, world, more))
    assert (rest.removed, rest.requests, rest.error) == (1, 2, "")
    assert last(collected(workspace, world, more)).requests == 3
    assert len(ids(workspace)) == 248


def test_the_budget_bounds_lookups_and_the_dry_run_tells_them(
    workspace: Workspace, world: x.World, compliance: Compliance
):
    world.fill(150)
    collected(workspace, world, QUIET)
    spent = rows(workspace, "select sum(cost) from fetched")[0][0]
    more = LOOKUP + f"monthly_budget = {spent + 0.6}\n"
    plans = [plan for plan in read_plans(workspace, chosen(workspace, world, more)) if isinstance(plan, Plan)]
    assert (plans[-1].stream, plans[-1].what, plans[-1].cost) == (
        "recheck",
        "150 stored touches, looked up again",
        0.75,
    )
    tally = last(collected(workspace, world, more))
    assert (tally.requests, round(tally.cost, 6)) == (1, 0.5)
    assert tally.error.startswith("monthly_budget of $")


def test_it_is_due_once_a_day_and_whenever_it_is_asked_for(
    workspace: Workspace, world: x.World, compliance: Compliance
):
    posts = say(world, "one", "two")
    collected(workspace, world, QUIET)
    assert [tally.stream for tally in collected(workspace, world, QUIET)][-1] != "recheck"  # all is younger than a day
    with connect(workspace.mentions) as con:
        con.execute("update touch set stored_at = stored_at - interval 25 hour")
    compliance.events = {posts[0]: "deleted"}
    assert last(collected(workspace, world, QUIET)).removed == 1
    assert [tally.stream for tally in collected(workspace, world, QUIET)][-1] != "recheck"
    compliance.events = {posts[1]: "deleted"}
    found = orchard_here(workspace.folder, "collect", "--recheck")
    assert found.returncode == 0, found.stderr
    assert "1 removed (deleted by its author: 1)" in found.stdout
    assert ids(workspace) == []


def test_what_fails_before_does_not_excuse_from_looking(workspace: Workspace, world: x.World, compliance: Compliance):
    posts = say(world, "one")
    collected(workspace, world, QUIET)
    compliance.events = {posts[0]: "deleted"}
    tallies = collected(workspace, world, EVERY_RUN + "monthly_budget = 0\n")
    assert tallies[0].error.startswith("monthly_budget of $0.00 is reached")
    assert last(tallies).removed == 1


class Model:
    """Reads everything as neutral."""

    version = "m"

    def unread(self, texts):
        return [None] * len(texts)

    def predict(self, texts, progress, target, others):
        return np.tile(np.float32([0, 1, 0]), (len(texts), 1))

    def doubtful(self, probabilities, texts, target, others):
        return np.zeros(len(probabilities), bool)

    def inputs(self, texts, target, others):
        return texts


def refresh(workspace: Workspace, world: x.World, more: str) -> list[str]:
    return run.refresh(workspace, chosen(workspace, world, more), Model, lambda: ModelFacts("m"))


def test_deleted_words_are_not_in_a_single_byte_of_the_files_after_the_run(
    workspace: Workspace, world: x.World, compliance: Compliance
):
    posts = say(world, SECRET, "what a fine porch")
    world.note(2, drop="created_at")
    refresh(workspace, world, QUIET)
    for file in (workspace.mentions, workspace.published):
        assert SECRET.encode() in file.read_bytes()
    compliance.events = {posts[0]: "deleted"}
    lines = refresh(workspace, world, EVERY_RUN)
    assert any("1 removed (deleted by its author: 1)" in line for line in lines)
    for file in workspace.folder.iterdir():
        content = file.read_bytes()
        assert SECRET.encode() not in content, file
        assert b"asker0" not in content, file
    assert b"what a fine porch" in workspace.published.read_bytes()
    for table in ("touch", "raw", "score"):
        assert rows(workspace, f"select count(*) from {table} where touch_id = 'x:{posts[0]}'") == [(0,)]
    assert rows(workspace, "select reason from removal") == [("deleted by its author",)]


def test_a_bare_collect_leaves_none_of_the_words_in_derived_tables_either(
    workspace: Workspace, world: x.World, compliance: Compliance
):
    posts = say(world, SECRET, "what a fine porch")
    other = world.say("asker1", "@tamrowbuild the larch shingles", world.start)["id"]
    refresh(workspace, world, QUIET)
    assert rows(workspace, "select count(*) from derived.ledger") == [(3,)]
    compliance.events = {posts[0]: "deleted", other: "deleted"}
    collected(workspace, world, EVERY_RUN)
    assert rows(workspace, "select touch_id from derived.ledger") == [(f"x:{posts[1]}",)]
    content = workspace.mentions.read_bytes()
    assert b"what a fine porch" in content
    assert [words for words in (SECRET.encode(), b"larch shingles", b"asker0") if words in content] == []


def test_somebody_of_whom_people_typed_something_stays_without_what_was_deleted(
    workspace: Workspace, world: x.World, compliance: Compliance
):
    posts = say(world, "one", "two")
    collected(workspace, world, QUIET)
    with connect(workspace.journal) as con:
        con.execute(
            "insert into entry by name select 'r' as row_id, 'c' as change_id, 'e' as entry_id, 'tamrow' as brand, "
            "$account as account_id, 'out' as direction, 'call' as kind, timestamp '2026-01-01' as happened_at, "
            "'called' as text, null as feeling, false as withdrawn, 'me' as author, happened_at as written_at",
            {"account": f"x:{world.user('asker0')}"},
        )
    compliance.events = dict.fromkeys(posts, "deleted")
    assert last(collected(workspace, world, EVERY_RUN)).removed == 2
    assert rows(workspace, ACCOUNTS) == [(f"x:{world.user('asker0')}",)]
