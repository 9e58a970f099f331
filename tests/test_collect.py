"""What the runner owes every source: faults stay with their source, what is gone is gone, and costs are counted."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from pipeline import collect, cursors, file_imports, follow, reworded, run, secrets, settings
from pipeline import commands_collect as command
from pipeline.commands_files import How, take_patiently
from pipeline.cursors import Cursor, Place, Sorted
from pipeline.job import Job, open_job
from pipeline.locks import following, working
from pipeline.plan import Plan, read_plans
from pipeline.publish import ModelFacts, publish, relate
from pipeline.sources.files import FileError
from pipeline.sources.network import Page, SourceError, Stream, Window, to_records
from pipeline.sources.networks import NETWORKS
from pipeline.sources.x_pages import EDITED
from pipeline.store import StoreError, Workspace, connect, now, open_published, rewrite
from pipeline.tally import Tally
from pipeline.touch import TAKEN_BACK, Account, Brand, Gone, Mapped, NotAbout, Record, Reject, Touch
from tests.conftest import PAYLOADS
from tests.test_store import Fixed

TAMROW = Brand("tamrow", "Tamrow", ("tamrow",))
TOML = '[brand]\nkey = "tamrow"\nname = "Tamrow"\nhandles = ["tamrow"]\n\n'
ENTRY = '[[sources]]\ntype = "{}"\nbrand = "tamrow"\n'
AT = datetime(2026, 11, 1)

Prepare = Callable[..., settings.Settings]


@pytest.fixture
def prepare(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Prepare:
    """Write brand.toml with networks of these types, of which functions are replaced by those given by name."""

    def prepared(more: str = "", **networks: dict[str, Any]) -> settings.Settings:
        workspace.folder.mkdir(parents=True, exist_ok=True)
        entries = "".join(ENTRY.format(name) + more for name in networks)
        (workspace.folder / "brand.toml").write_text(TOML + entries)
        for name, functions in networks.items():
            usual = {"connect": lambda *_: None, "streams": lambda *_: [Stream("s", "s")], "recheck": None}
            monkeypatch.setitem(NETWORKS, name, replace(NETWORKS[name], **usual | functions))  # type: ignore[index]
        return settings.load(workspace.folder)

    return prepared


def rows(workspace: Workspace, sql: str) -> list[tuple]:
    with connect(workspace.mentions) as con:
        return con.execute(sql).fetchall()


def said(native: str, text: str = "Tamrow is fine", account: Account | None = None, **more: Any) -> Mapped:
    touch = Touch(f"hackernews:{native}", "hackernews", "tamrow", account, "in", "mention", AT, text)
    return Mapped(Record(1, {"id": native, "text": text}), replace(touch, **more))


def keep(workspace: Workspace, *found: Mapped, source: str = "hackernews") -> cursors.Saved:
    return cursors.save_page(workspace, Place(source, "s", TAMROW), Sorted(found), Page(()), Cursor())


def hit(native: str, text: str, **more: Any) -> dict[str, Any]:
    return {"objectID": native, "author": "jane", "comment_text": text, "created_at": "2026-11-01T00:00:00Z"} | more


def boom(*_: Any) -> Any:
    raise ValueError("not enough values to unpack, with hunter2")


def boom_later(*_: Any) -> Iterator[Page]:
    yield Page(())
    boom()


@pytest.mark.parametrize("fault", ["connect", "streams", "fetch", "recheck"])
def test_a_fault_that_nobody_foresaw_is_told_with_its_type_and_the_other_sources_are_read(
    fault: str, workspace: Workspace, prepare: Prepare, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("BLUESKY_APP_PASSWORD", " hunter2\n")
    quiet = {"fetch": lambda *_: iter([Page(to_records([hit("41", "Tamrow is fine")]))])}
    broken = {"fetch": lambda *_: iter([]), fault: boom_later if fault in ("fetch", "recheck") else boom}
    chosen = prepare(bluesky=broken, hackernews=quiet)
    tallies = list(collect.collect(workspace, chosen, again=True))
    errors = {(tally.source, tally.error) for tally in tallies if tally.error}
    assert errors == {
        ("bluesky", "unforeseen ValueError: not enough values to unpack, with (BLUESKY_APP_PASSWORD)"),
    }
    assert rows(workspace, "select touch_id from touch") == [("hackernews:41",)]


def test_a_fault_of_one_stream_that_nobody_foresaw_leaves_the_other_streams_to_be_read(
    workspace: Workspace, prepare: Prepare
):
    streams = [Stream("first", "first"), Stream("second", "second")]
    fetch = lambda _, stream, *__: boom_later() if stream.name == "first" else iter([Page(())])  # noqa: E731
    chosen = prepare(hackernews={"streams": lambda *_: streams, "fetch": fetch})
    tallies = list(collect.collect(workspace, chosen))
    assert [(tally.stream, bool(tally.error)) for tally in tallies] == [("first", True), ("second", False)]


def test_no_error_of_a_follower_or_a_plan_tells_a_secret(
    workspace: Workspace, prepare: Prepare, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("BLUESKY_APP_PASSWORD", "hunter2")

    def refused(*_: Any) -> Iterator[Page]:
        yield Page(())
        raise SourceError("hunter2 was refused")

    chosen = prepare(bluesky={"follow": refused})
    with pytest.raises(SourceError, match=r"^\(BLUESKY_APP_PASSWORD\) was refused$"):
        list(follow.follow(open_job(workspace, chosen, chosen.networks()[0]), lambda _: None))
    chosen = prepare(bluesky={"connect": lambda *_: next(refused()) and boom()})
    (tally,) = read_plans(workspace, chosen)
    assert isinstance(tally, Tally) and "hunter2" not in tally.error and "ValueError" in tally.error


def test_a_secret_with_a_line_end_is_hidden_without_it(workspace: Workspace, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("X_BEARER_TOKEN", " abc123\r\n")
    assert secrets.hide("bad abc123", secrets.read(workspace.folder), ["X_BEARER_TOKEN"]) == "bad (X_BEARER_TOKEN)"


REJECTS = {
    "bluesky": ("at://did:plc:a/app.bsky.feed.post/1", {"uri": "at://did:plc:a/app.bsky.feed.post/1"}),
    "mastodon": ("https://m.example/1", {"uri": "https://m.example/1", "id": "1"}),
    "hackernews": ("41000001", {"id": 41000001}),
    "reddit": ("t1_abc", {"name": "t1_abc"}),
    "x": ("1990000000000000001", {"id": "1990000000000000001"}),
}


@pytest.mark.parametrize("source", REJECTS)
def test_the_reject_of_a_removed_post_goes_and_that_of_a_post_which_refers_to_it_stays(
    source: str, workspace: Workspace
):
    native, own = REJECTS[source]
    answer = {"id": "other", "in_reply_to": native, "text": f'"{native}"'}
    place = Place(source, "s", TAMROW)
    found = [Reject(Record(1, own | {"n": 1}), "no text"), Reject(Record(2, answer), "no text")]
    cursors.save_page(workspace, place, Sorted(rejects=found), Page(()), Cursor())
    gone = Gone(Record(1, {}), (f"{source}:{native}",), "deleted")
    cursors.save_page(workspace, place, Sorted(gone=[gone]), Page(()), Cursor())
    assert rows(workspace, "select payload ->> '$.id' from reject") == [("other",)]


STRANGERS = {
    "hackernews": {"id": 41, "author": None, "text": None, "title": None, "story_id": 40},
    "reddit": {"name": "t1_a", "author": "[deleted]", "body": "[deleted]"},
    "x": {"gone": ["41"], "why": "deleted by its author"},
}


@pytest.mark.parametrize("source", STRANGERS)
def test_a_deletion_of_what_was_never_stored_is_no_removal(source: str, workspace: Workspace):
    gone = NETWORKS[source].to_touch(Record(1, STRANGERS[source]), TAMROW)
    assert isinstance(gone, Gone)
    saved = cursors.save_page(workspace, Place(source, "s", TAMROW), Sorted(gone=[gone]), Page(()), Cursor())
    assert (saved.removed, rows(workspace, "select reason from removal")) == ({gone.reason: 0}, [])


def test_older_versions_of_a_post_that_was_edited_are_kept_away_though_none_was_ever_stored(workspace: Workspace):
    gone = NETWORKS["x"].to_touch(Record(1, {"gone": ["41", "42"], "why": EDITED}), TAMROW)
    assert isinstance(gone, Gone)
    cursors.save_page(workspace, Place("x", "s", TAMROW), Sorted(gone=[gone]), Page(()), Cursor())
    assert rows(workspace, "select reason from removal") == [(EDITED,), (EDITED,)]
    older, newest = (said(native, id=f"x:{native}", source="x") for native in ("41", "43"))
    assert keep(workspace, older, newest, source="x").stored == 1
    assert rows(workspace, "select touch_id from touch") == [("x:43",)]


def outcomes(workspace: Workspace, prepare: Prepare, *hits: dict[str, Any], source: str = "hackernews") -> Tally:
    more = 'user_agent = "test:orchard:1 (by /u/tamrow)"\n' if source == "reddit" else ""
    chosen = prepare(more, **{source: {"fetch": lambda *_: iter([Page(to_records(hits))])}})
    (tally,) = collect.collect(workspace, chosen)
    assert not tally.error
    return tally


REDDIT = {"author": "jane", "author_fullname": "t2_j", "created_utc": "1761955200", "link_id": "t3_x"}
MASTODON = {
    "created_at": "2026-11-01T00:00:00Z",
    "visibility": "public",
    "account": {"acct": "jane@m.example", "uri": "https://m.example/jane"},
    "found_at": "https://m.example",
}
WORDED: dict[str, Callable[[str], dict[str, Any]]] = {
    "hackernews": lambda text: hit("41", text),
    "reddit": lambda text: REDDIT | {"name": "t1_a", "body": text},
    "mastodon": lambda text: MASTODON | {"uri": "https://m.example/1", "content": text},
}


@pytest.mark.parametrize("source", WORDED)
def test_what_an_author_edits_so_that_it_names_the_brand_no_more_is_removed(
    source: str, workspace: Workspace, prepare: Prepare
):
    worded = WORDED[source]
    assert outcomes(workspace, prepare, worded("Tamrow ruined me"), source=source).stored == 1
    tally = outcomes(workspace, prepare, worded("never mind"), source=source)
    assert (tally.removed, tally.not_about) == (1, 0)
    assert rows(workspace, "select (select count(*) from touch) + (select count(*) from raw)") == [(0,)]
    assert outcomes(workspace, prepare, worded("never mind"), source=source).removed == 0


def test_an_edit_takes_a_post_from_the_brand_that_it_names_no_more_and_from_no_other(workspace: Workspace):
    both, one = "Tamrow or Quill?", "Quill it is"
    quill = Brand("quill", "Quill", ("quill",))
    for brand in (TAMROW, quill):
        found = Sorted([said("41", both, brand=brand.key)])
        cursors.save_page(workspace, Place("hackernews", "s", brand), found, Page(()), Cursor())
    seen = [NotAbout(Record(1, {}), "hackernews:41", one)]
    gone = [each for each in reworded.settle(workspace, "hackernews", TAMROW, seen) if isinstance(each, Gone)]
    place = Place("hackernews", "s", TAMROW)
    assert cursors.save_page(workspace, place, Sorted(gone=gone), Page(()), Cursor()).removed == {TAKEN_BACK: 1}
    assert rows(workspace, "select brand, text from touch") == [("quill", both)]
    assert rows(workspace, "select brand from raw") == [("quill",)]
    cursors.save_page(workspace, place, Sorted(gone=gone), Page(()), Cursor())
    assert rows(workspace, "select reason, count(*) from removal group by 1") == [(TAKEN_BACK, 1)]
    assert keep(workspace, said("41", "Tamrow after all")).stored == 1


def test_an_edited_answer_that_is_looked_up_by_itself_has_its_new_words(workspace: Workspace, prepare: Prepare):
    answer = hit("43", "you are thieves", parent_id="42", story_id="40", parent_author="tamrow")
    assert outcomes(workspace, prepare, answer).stored == 1
    alone = hit("43", "sorry, all is well", parent_id="42", story_id="40")
    tally = outcomes(workspace, prepare, alone)
    assert (tally.changed, tally.removed) == (1, 0)
    assert rows(workspace, "select text, addressed, reply_to, happened_at from touch") == [
        ("sorry, all is well", True, "hackernews:42", AT)
    ]
    assert rows(workspace, "select payload ->> '$.comment_text' from raw") == [("sorry, all is well",)]
    tally = outcomes(workspace, prepare, alone)
    assert (tally.changed, tally.removed, tally.not_about) == (0, 0, 1)


def test_an_answer_to_the_brand_stays_one_when_it_names_it_no_more(workspace: Workspace, prepare: Prepare):
    ours = hit("42", "we build kitchens", author="tamrow", story_id="40")
    answer = hit("43", "Tamrow are thieves", parent_id="42", story_id="40", parent_author="tamrow")
    outcomes(workspace, prepare, ours, answer)
    tally = outcomes(workspace, prepare, hit("43", "sorry", parent_id="42", story_id="40"))
    assert (tally.changed, tally.removed) == (1, 0)


def test_an_account_that_is_learnt_later_is_an_account(workspace: Workspace):
    jane = Account("hackernews:jane", "hackernews", "jane", "jane")
    keep(workspace, said("41", direction="out"))
    keep(workspace, said("41", direction="out", account=jane))
    found = rows(workspace, "select touch.account_id, handle from touch left join account using (account_id)")
    assert found == [("hackernews:jane", "jane")]


def test_a_copy_without_what_was_deleted_is_as_private_as_the_file_was(workspace: Workspace):
    keep(workspace, said("41"))
    workspace.mentions.chmod(0o600)
    rewrite(workspace.mentions)
    assert workspace.mentions.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["mentions.duckdb", 'a "disk" 1.db'])
def test_where_the_file_is_a_link_nothing_deleted_is_left_where_it_leads_to(
    name: str, workspace: Workspace, tmp_path: Path
):
    keep(workspace, said("41", "zanzibar"), said("42", "quiet"))
    (tmp_path / "disk").mkdir()
    file = workspace.mentions.rename(tmp_path / "disk" / name)
    workspace.mentions.symlink_to(file)
    with connect(workspace.mentions) as con:
        for table in ("touch", "raw"):
            con.execute(f"delete from {table} where touch_id = 'hackernews:41'")
    assert b"zanzibar" in file.read_bytes()
    rewrite(workspace.mentions)
    assert workspace.mentions.is_symlink()
    assert [each for each in file.parent.iterdir() if each.suffix != ".lock"] == [file]
    assert b"zanzibar" not in file.read_bytes()
    assert rows(workspace, "select text from touch") == [("quiet",)]


def entry(title: str, feed: str) -> Mapped:
    touch = Touch("rss:e.example/1", "rss", "tamrow", None, "in", "mention", AT, title)
    return Mapped(Record(1, {"title": title, "site": {"feed": feed}}), touch)


def test_two_feeds_that_word_one_entry_differently_do_not_edit_each_other(workspace: Workspace):
    one, other = entry("Tamrow opens", "https://a.example"), entry("Tamrow opens a shop", "https://b.example")
    changed = [keep(workspace, each, source="rss").changed for _ in range(3) for each in (one, other)]
    assert changed == [0] * 6
    assert keep(workspace, entry("Tamrow opens today", "https://a.example"), source="rss").changed == 1
    assert rows(workspace, "select text from touch") == [("Tamrow opens today",)]


@pytest.mark.parametrize(("anew", "asked"), [(True, 4), (False, 8)])
def test_an_unfinished_window_that_cannot_be_gone_on_with_is_read_once(
    anew: bool, asked: int, workspace: Workspace, prepare: Prepare
):
    calls, faults = list[int](), [True]

    def fetch(*_: Any) -> Iterator[Page]:
        for number in range(4):
            if number == 2 and faults:
                raise SourceError("interrupted")
            calls.append(number)
            yield Page((), AT, AT)

    chosen = prepare(hackernews={"fetch": fetch, "streams": lambda *_: [Stream("s", "s", anew=anew)]})
    assert [tally.error for tally in collect.collect(workspace, chosen)] == ["interrupted"]
    calls.clear()
    faults.clear()
    assert [tally.error for tally in collect.collect(workspace, chosen)] == [""]
    assert len(calls) == asked
    assert cursors.read_cursor(workspace, Place("hackernews", "s", TAMROW)).since == AT


@pytest.mark.parametrize(("billed", "spent"), [(True, 0.5), (False, 0.0)])
def test_an_answer_of_which_nothing_can_be_made_is_counted_where_it_is_billed(
    billed: bool, spent: float, workspace: Workspace, prepare: Prepare
):
    def fetch(*_: Any) -> Iterator[Page]:
        raise SourceError("not documented", billed=billed)
        yield Page(())

    streams = [Stream("s", "s", page_cost=0.5)]
    chosen = prepare("monthly_budget = 0.9\n", hackernews={"fetch": fetch, "streams": lambda *_: streams})
    first, second = (next(collect.collect(workspace, chosen)) for _ in range(2))
    assert (first.error, first.cost, first.requests) == ("not documented", spent, int(billed))
    assert ("monthly_budget" in second.error) == billed
    assert cursors.spent(workspace, "hackernews", now()) == spent


def test_the_dry_run_of_a_recheck_counts_the_recheck(workspace: Workspace, prepare: Prepare):
    keep(workspace, said("41"), said("42"))
    recheck = {"recheck": lambda *_: iter([]), "recheck_cost": lambda _: 0.5}
    chosen = prepare(hackernews=recheck)
    usual, again = (
        {plan.stream: plan.cost for plan in read_plans(workspace, chosen, again=wanted)} for wanted in (False, True)
    )
    assert (usual, again) == ({"s": 0.0}, {"s": 0.0, "recheck": 1.0})


def test_each_brands_posts_are_looked_up_again_by_its_own_source_alone(workspace: Workspace, prepare: Prepare):
    asked: dict[str, list[str]] = {}

    def note(window: Window, ids: list[str], source: Any, *_: Any) -> Iterator[Page]:
        asked[source.brand] = sorted(ids)
        return iter([])

    prepare(hackernews={"fetch": lambda *_: iter([]), "recheck": note})
    entries = [ENTRY.format("hackernews") + "recheck_days = 1\n", '[[competitors]]\nkey = "quill"\nname = "Quill"\n']
    entries += [entries[0].replace('brand = "tamrow"', 'brand = "quill"\nname = "theirs"')]
    (workspace.folder / "brand.toml").write_text(TOML + "".join(entries))
    keep(workspace, said("41"), said("42", brand="left"))
    quill = Sorted([said("43", brand="quill"), said("41", brand="quill")])
    place = Place("hackernews", "s", Brand("quill", "Quill"))
    cursors.save_page(workspace, place, quill, Page(()), Cursor())
    list(collect.collect(workspace, settings.load(workspace.folder), again=True))
    # One brand has no source any more: both look after it.
    assert asked == {"tamrow": ["41", "42"], "quill": ["41", "42", "43"]}


def looked_up(
    workspace: Workspace, prepare: Prepare, entries: dict[str, str], only: str | None = None
) -> tuple[dict[str, list[str]], list[Tally]]:
    """Look up again what is stored, with entries by name; return what each asked for, and the tallies of that."""
    asked: dict[str, list[str]] = {}

    def note(window: Window, ids: list[str], source: Any, *_: Any) -> Iterator[Page]:
        asked[source.name] = sorted(ids)
        return iter([])

    prepare(hackernews={"fetch": lambda *_: iter([]), "recheck": note})
    every = "".join(f'{ENTRY.format("hackernews")}name = "{name}"\n{more}' for name, more in entries.items())
    rival = '[[competitors]]\nkey = "quill"\nname = "Quill Homes"\n'
    (workspace.folder / "brand.toml").write_text(f"{TOML}{rival}{every}")
    chosen = settings.load(workspace.folder)
    tallies = list(collect.collect(workspace, chosen, only, again=True))
    plans = list(read_plans(workspace, chosen, only, again=True))
    assert sum(isinstance(plan, Plan) and plan.stream == "recheck" for plan in plans) == len(asked)
    return asked, [tally for tally in tallies if tally.stream == "recheck"]


def test_of_two_entries_of_one_brand_the_first_alone_looks_its_posts_up_again(workspace: Workspace, prepare: Prepare):
    keep(workspace, said("41"), said("42", brand="left"))
    entries = {"never": "", "first": "recheck_days = 1\n", "second": "recheck_days = 1\n"}
    asked, tallies = looked_up(workspace, prepare, entries)
    assert asked == {"first": ["41", "42"]}
    assert [tally.notes for tally in tallies if tally.source == "second"] == [
        ["what is stored of tamrow is looked up again by the entry first; choose it with --source first"]
    ]
    asked, _ = looked_up(workspace, prepare, entries, "second")
    assert asked == {}


def test_where_no_entry_looks_up_by_itself_each_does_when_asked(workspace: Workspace, prepare: Prepare):
    keep(workspace, said("41"))
    asked, _ = looked_up(workspace, prepare, {"first": "", "second": ""}, "second")
    assert asked == {"second": ["41"]}


def test_a_brand_that_an_entry_names_by_its_name_is_looked_after_by_that_entry_alone(
    workspace: Workspace, prepare: Prepare
):
    keep(workspace, said("41"), said("42", brand="quill"))
    days = "recheck_days = 1\n"
    more = f'{days}[[sources]]\ntype = "hackernews"\nname = "theirs"\nbrand = "Quill Homes"\n{days}'
    asked, _ = looked_up(workspace, prepare, {"ours": more})
    assert asked == {"ours": ["41"], "theirs": ["42"]}


def test_a_refresh_can_run_while_a_source_is_followed_and_a_page_waits_for_its_end(
    workspace: Workspace, prepare: Prepare
):
    def endless(window: Window, *_: Any) -> Iterator[Page]:
        for native in ("41", "42"):
            yield Page(to_records([hit(native, "Tamrow is fine")]))

    chosen = prepare(hackernews={"follow": endless})
    job: Job = open_job(workspace, chosen, chosen.networks()[0])
    pages = follow.follow(job, lambda _: None)
    assert next(pages).stored == 1
    with working(workspace, "refresh"):
        listener = Thread(target=next, args=[pages])
        listener.start()
        listener.join(0.5)
        assert listener.is_alive()
        assert rows(workspace, "select touch_id from touch") == [("hackernews:41",)]
    listener.join(timedelta(seconds=20).total_seconds())
    assert rows(workspace, "select count(*) from touch") == [(2,)]


@pytest.mark.parametrize(("budget", "asks"), [("", True), ("monthly_budget = 5\n", False)])
def test_what_is_looked_up_for_a_followed_source_waits_for_the_end_of_a_refresh(
    budget: str, asks: bool, workspace: Workspace, prepare: Prepare
):
    known: list[set[str]] = []

    def curious(window: Window, look_up: Callable[..., set[str]], *_: Any) -> Iterator[Page]:
        yield Page(())
        known.append(look_up(["41"]) if asks else set())
        yield Page(())

    chosen = prepare(budget, x={"follow": curious, "follow_cost": lambda _: 0.1})
    pages = follow.follow(open_job(workspace, chosen, chosen.networks()[0]), lambda _: None)
    next(pages)
    with working(workspace, "refresh"):
        listener = Thread(target=next, args=[pages])
        listener.start()
        listener.join(0.5)
        assert listener.is_alive() and not known
    listener.join(timedelta(seconds=20).total_seconds())
    assert len(known) == 1


def published_words(workspace: Workspace) -> list[tuple]:
    with open_published(workspace.published) as con:
        return con.execute("select text from pub.touch order by text").fetchall()


@pytest.mark.parametrize("stream", [False, True])
def test_what_a_collect_removes_is_not_published_any_more(
    stream: bool, workspace: Workspace, prepare: Prepare, in_workspace: Callable[[Workspace], None]
):
    in_workspace(workspace)
    jane = Account("hackernews:jane", "hackernews", "jane", "jane")
    keep(workspace, said("41", "Tamrow is fine", jane), said("42", "Tamrow is dear", jane))
    gone = lambda *_: iter([Page(to_records([{"id": "42", "deleted": True}]))])  # noqa: E731
    chosen = prepare(hackernews={"fetch": lambda *_: iter([]), "recheck": gone, "follow": gone})
    relate(workspace, chosen, ModelFacts("m"))
    publish(workspace)
    assert published_words(workspace) == [("Tamrow is dear",), ("Tamrow is fine",)]
    command.collect_(stream=stream, recheck=not stream, wait=1)
    assert published_words(workspace) == [("Tamrow is fine",)]
    assert b"Tamrow is dear" not in workspace.mentions.read_bytes() + workspace.published.read_bytes()


def test_a_source_with_nothing_to_ask_for_says_so(
    workspace: Workspace,
    prepare: Prepare,
    in_workspace: Callable[[Workspace], None],
    capsys: pytest.CaptureFixture[str],
):
    in_workspace(workspace)
    prepare(hackernews={"streams": lambda *_: []})
    for dry in (True, False):
        command.collect_(dry_run=dry, wait=1)
        assert "nothing to ask for with these settings; docs/sources/hackernews.md" in capsys.readouterr().out


def test_a_dry_run_of_a_stream_is_refused_and_a_source_is_followed_once(
    workspace: Workspace, prepare: Prepare, in_workspace: Callable[[Workspace], None]
):
    in_workspace(workspace)
    prepare(hackernews={"follow": lambda *_: iter([])})
    with pytest.raises(StoreError, match="--dry-run cannot tell what --stream will bring"):
        command.collect_(dry_run=True, stream=True)
    with (
        following(workspace, "hackernews"),
        pytest.raises(StoreError, match=r"hackernews of .* is followed by another"),
    ):
        command.collect_(stream=True)


def test_a_dry_run_that_cannot_be_planned_tells_no_total_and_fails(
    workspace: Workspace,
    prepare: Prepare,
    in_workspace: Callable[[Workspace], None],
    capsys: pytest.CaptureFixture[str],
):
    in_workspace(workspace)

    def keyless(*_: Any) -> Any:
        raise SourceError("X_BEARER_TOKEN is not set")

    prepare(hackernews={}, x={"connect": keyless})
    with pytest.raises(SourceError, match="what the whole run costs is not known"):
        command.collect_(dry_run=True)
    said = capsys.readouterr().out
    assert "X_BEARER_TOKEN is not set" in said and "hackernews s: s, from" in said
    assert "cost of the whole run" not in said
    command.collect_(dry_run=True, source="hackernews")
    assert "cost of the whole run: at most $0.000; no request was made" in capsys.readouterr().out


CSV = "Body,User,Date\nhello,jane,2026-11-01\n"
FILES = (
    '[[sources]]\ntype = "file"\npath = "inbox/*.csv"\nbrand = "tamrow"\n'
    'map = { text = "Body", author = "User", at = "Date" }\n'
)


def test_a_file_that_the_system_does_not_let_us_read_does_not_keep_the_others_waiting(workspace: Workspace):
    (workspace.folder / "inbox").mkdir(parents=True)
    (workspace.folder / "brand.toml").write_text(TOML + FILES)
    unreadable = workspace.folder / "inbox" / "a.csv"
    unreadable.symlink_to("/proc/self/mem")
    (workspace.folder / "inbox" / "b.csv").write_text(CSV)
    (nowhere := workspace.folder / "inbox" / "c.csv").symlink_to("of a share that is not there")
    error, line, lost = file_imports.collect_files(workspace, settings.load(workspace.folder))
    assert isinstance(error, FileError) and str(error) == f"{unreadable}: cannot be read: Input/output error"
    assert isinstance(lost, FileError) and str(lost).startswith(f"{nowhere}: cannot be read: a link that leads nowhere")
    assert line == "b.csv: 1 stored of 1"


def test_a_pattern_that_finds_no_file_says_so(workspace: Workspace):
    (workspace.folder / "inbox" / "below").mkdir(parents=True)
    more = "".join(FILES.replace("inbox/*.csv", path) for path in ("inbox/*", "inbox"))
    (workspace.folder / "brand.toml").write_text(TOML + FILES + more)
    assert list(file_imports.collect_files(workspace, settings.load(workspace.folder))) == [
        "no file matches inbox/*.csv of [[sources]]",
        "no file matches inbox/* of [[sources]]",
        "inbox of [[sources]] is a folder: inbox/* are the files in it",
    ]


def test_an_archive_of_x_that_was_unpacked_is_taken_in_once(workspace: Workspace):
    shutil.copytree(PAYLOADS / "xarchive", workspace.folder / "archives" / "mine")
    brand = TOML.replace('["tamrow"]', '["TamrowBuild"]')
    entry = '[[sources]]\ntype = "file"\npath = "archives/*"\nbrand = "tamrow"\n'
    (workspace.folder / "brand.toml").write_text(brand + entry)
    (line,) = file_imports.collect_files(workspace, settings.load(workspace.folder))
    assert re.fullmatch(r"mine: [1-9]\d* stored of \d+ \(0 already had, .*\)", str(line))
    assert list(file_imports.collect_files(workspace, settings.load(workspace.folder))) == []


def test_a_file_whose_name_is_no_text_is_taken_in_and_told_as_far_as_can_be(
    workspace: Workspace, in_workspace: Callable[[Workspace], None], capsys: pytest.CaptureFixture[str]
):
    inbox = workspace.folder / "inbox"
    inbox.mkdir(parents=True)
    (workspace.folder / "brand.toml").write_text(TOML + FILES)
    for name, text in ((b"b\xe9d.csv", CSV), (b"n\xf3.csv", "a,b\n1,2\n")):
        Path(os.fsdecode(bytes(inbox) + b"/" + name)).write_text(text)
    with pytest.raises(run.CollectError, match=r"n\ufffd.*: no column Body"):
        run.refresh(workspace, settings.load(workspace.folder), Fixed, lambda: ModelFacts("fixed"))
    assert rows(workspace, "select outcome, contains(detail, 'b\ufffdd.csv: 1 stored of 1') from run") == [
        ("failed", True)
    ]
    mapping = {"text": "Body", "author": "User", "at": "Date"}
    how = How(workspace, TAMROW, "auto", mapping, None, "file", False, 0)
    for file in inbox.iterdir():
        take_patiently(file, how, Event())
    told = capsys.readouterr()
    assert told.out == "b\ufffdd.csv: imported before\n"
    assert "n\ufffd.csv is not taken in: " in told.err


def test_a_workspace_may_be_called_like_a_pattern(tmp_path: Path):
    place = Workspace(tmp_path / "[acme]")
    (place.folder / "inbox").mkdir(parents=True)
    (place.folder / "brand.toml").write_text(TOML + FILES)
    (place.folder / "inbox" / "a.csv").write_text(CSV)
    assert list(file_imports.collect_files(place, settings.load(place.folder))) == ["a.csv: 1 stored of 1"]


@pytest.mark.parametrize(
    "entry",
    [
        'type = "rss"\nbrand = "tamrow"\nfeeds = ["https://user:hunter2@example.org/feed"]',
        'type = "rss"\nbrand = "tamrow"\nfeeds = ["user:hunter2@example.org/feed"]',
        'type = "rss"\nbrand = "tamrow"\nfeeds = "https://user:hunter2@example.org/feed"',
        'type = "rss"\nfeeds = ["https://user:hunter2@example.org/feed"]',
        'brand = "tamrow"\nfeeds = ["https://user:hunter2@example.org/feed"]',
        'type = "mastodon"\nbrand = "tamrow"\napi_base = "https://user:hunter2@m.example"',
        'type = "bluesky"\nbrand = "tamrow"\nlogin = "https://user:hunter2@m.example"',
    ],
)
def test_a_refused_address_is_not_repeated_since_a_password_may_stand_in_it(entry: str, workspace: Workspace):
    workspace.folder.mkdir(parents=True)
    (workspace.folder / "brand.toml").write_text(f"{TOML}[[sources]]\n{entry}\n")
    with pytest.raises(settings.SettingsError) as error:
        settings.load(workspace.folder)
    assert "hunter2" not in str(error.value) and "key sources (entry 1)" in str(error.value)
