"""Health: freshness, runs, sources, rejects that are tried again, versions, and what people changed."""

import errno
import json
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipeline import (
    cursors,
    file_imports,
    journal,
    journal_reads,
    noticed,
    presence,
    publish,
    retry,
    run,
    settings,
    store,
)
from pipeline.contents import read_rejects
from pipeline.cursors import Cursor, Place, Sorted
from pipeline.history import recorded
from pipeline.locks import working
from pipeline.publish import ModelFacts
from pipeline.sources.network import Page
from pipeline.store import StoreError, Workspace
from pipeline.touch import Brand, Record, Reject
from tests.conftest import ROOT, TAMROW, orchard_here
from tests.test_pages import Look, opened
from tests.test_store import Fixed
from views import _data, _filters, _health_changes, _refreshing

PAGE = "views/health.py"
MAP = {"text": "Body", "author": "User", "at": "Date"}


def words(app) -> str:
    """Return all that a page says."""
    kinds = ("text", "markdown", "caption", "code", "info", "warning", "error", "success", "metric", "progress")
    elements = [element for kind in kinds for element in app.get(kind)]
    said = [(getattr(each, "value", ""), getattr(each.proto, "text", "")) for each in elements]
    return "\n".join(f"{value} {text}" for value, text in said)


def table(app, column: str):
    """Return the table that has a column."""
    return next(each.value for each in app.dataframe if column in each.value)


def refreshed(place: Workspace) -> None:
    run.refresh(place, settings.load(place.folder), Fixed, lambda: ModelFacts("fixed"))


def imported(place: Workspace, rows: str, name: str = "export.csv") -> Path:
    """Import a table of the columns Body, User and Date."""
    place.folder.mkdir(parents=True, exist_ok=True)
    file = place.folder / name
    file.write_text(f"Body,User,Date\n{rows}")
    file_imports.import_file(place, file, TAMROW, mapping=MAP, source="desk")
    return file


def rejects(place: Workspace) -> list[dict]:
    return read_rejects(place, 99).to_pylist()


def texts(place: Workspace) -> list[str]:
    with store.connect(place.mentions) as con:
        return [text for (text,) in con.execute("select text from touch order by text").fetchall()]


def test_a_reject_whose_time_is_understood_by_now_becomes_a_touch_without_its_file(workspace: Workspace):
    file = imported(workspace, "hello,ann,2025-01-02\nlate,bob,5th day of May 2025\nnever,cy,soon\n")
    file.unlink()
    assert [row["reason"] for row in rejects(workspace)] == ["not a date and time (column Date)"] * 2
    assert retry.retry(workspace, settings.Settings()).rejected == {"not a date and time (column Date)": 2}
    with store.connect(workspace.mentions) as con:  # as an older Orchard, which did not know this form, had left it
        con.execute("update reject set payload = replace(payload, '5th day of May 2025', '05-May-2025')")
    found = retry.retry(workspace, settings.Settings())
    assert (found.read, found.stored, found.rejected) == (2, 1, {"not a date and time (column Date)": 1})
    assert texts(workspace) == ["hello", "late"]
    assert [json.loads(row["payload"])["Body"] for row in rejects(workspace)] == ["never"]
    with store.connect(workspace.mentions) as con:
        stored = con.execute("select touch_id, source, brand, account_id from touch where text = 'late'").fetchall()
    ((touch_id, source, brand, account_id),) = stored
    assert touch_id.startswith("desk:") and (source, brand, account_id) == ("desk", TAMROW.key, "desk:bob")
    assert retry.retry(workspace, settings.Settings()).stored == 0


def test_a_broken_row_stays_a_reject_although_what_is_left_of_it_could_be_mapped(workspace: Workspace):
    imported(workspace, "hello,ann,2025-01-02,and more\n")
    assert [row["reason"] for row in rejects(workspace)] == ["row has more cells than the header"]
    assert retry.retry(workspace, settings.Settings()).read == 0
    assert texts(workspace) == [] and len(rejects(workspace)) == 1


def test_the_id_of_another_message_stays_a_reject(workspace: Workspace):
    workspace.folder.mkdir(parents=True)
    for name, text in (("a.csv", "first"), ("b.csv", "second")):
        (workspace.folder / name).write_text(f"Body,User,Date,Id\n{text},ann,2025-01-02,7\n")
        file_imports.import_file(workspace, workspace.folder / name, TAMROW, mapping=MAP | {"id": "Id"})
    assert len(rejects(workspace)) == 1
    assert retry.retry(workspace, settings.Settings()).stored == 0
    assert texts(workspace) == ["first"] and len(rejects(workspace)) == 1


def test_rejects_of_an_import_whose_map_nobody_kept_are_told_and_stay(workspace: Workspace):
    imported(workspace, "late,bob,soon\n")
    with store.connect(workspace.mentions) as con:
        con.execute("update import set mapping = null")  # as what an older Orchard imported
    found = retry.retry(workspace, settings.Settings())
    assert (found.read, found.no_way) == (1, 1) and len(rejects(workspace)) == 1


HN = {"objectID": "9", "author": "ann", "comment_text": "Tamrow is fine", "created_at": "2025-06-15T15:06:40Z"}
BROKEN = HN | {"objectID": "10", "created_at": "soon"}


def network(place: Workspace, *records: dict, cost: float = 0.0, gap=None) -> None:
    """Save a page of rejects as a network source does."""
    rejected = [Reject(Record(number, values), "a map of old") for number, values in enumerate(records)]
    page = Page([reject.record for reject in rejected], cost=cost, requests=3, gap=gap)
    spot = Place("hackernews", "search:Tamrow", Brand("tamrow", "Tamrow"))
    cursors.save_page(place, spot, Sorted(rejects=rejected), page, Cursor(datetime(2025, 6, 1)))


CONFIGURED = """
[brand]
key = "tamrow"
name = "Tamrow"

[[sources]]
type = "hackernews"
brand = "tamrow"
monthly_budget = 2
"""


def test_rejects_of_a_network_are_mapped_by_the_entry_of_their_source(workspace: Workspace):
    network(workspace, HN, BROKEN)
    found = retry.retry(workspace, settings.Settings())
    assert (found.no_way, found.stored) == (2, 0)
    (workspace.folder / "brand.toml").write_text(CONFIGURED)
    found = retry.retry(workspace, settings.load(workspace.folder))
    assert (found.stored, sum(found.rejected.values())) == (1, 1)
    assert texts(workspace) == ["Tamrow is fine"]
    assert rejects(workspace)[0]["reason"] != "a map of old"  # that of today


def test_the_commands_print_rejects_and_what_became_of_them(tmp_path: Path):
    place = Workspace(tmp_path)
    imported(place, "late,bob,soon\n")
    row = json.loads(orchard_here(tmp_path, "rejects", "--json").stdout)
    assert row["reason"] == "not a date and time (column Date)" and json.loads(row["payload"])["User"] == "bob"
    done = orchard_here(tmp_path, "retry")
    assert done.returncode == 0, done.stderr
    assert (
        done.stdout.startswith("1 rejects: 0 touches stored") and "1  not a date and time (column Date)" in done.stdout
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with a file, a network, rejects of both, a gap and a change, refreshed once."""
    workspace = Workspace(tmp_path_factory.mktemp("watched"))
    imported(workspace, "hello,ann,2025-01-02\nPrivate words,secretbob,soon\n")
    (workspace.folder / "brand.toml").write_text(CONFIGURED)
    network(workspace, BROKEN, cost=0.5, gap=(datetime(2025, 5, 1), datetime(2025, 5, 2)))
    refreshing = settings.load(workspace.folder).model_copy(update={"sources": ()})  # no network in tests
    run.refresh(workspace, refreshing, Fixed, lambda: ModelFacts("fixed"))
    publish.publish(workspace)
    return workspace


@pytest.fixture
def watched(made: Workspace, workspace: Workspace, in_workspace: Look) -> Workspace:
    """A copy of it that a test may change, and that the page shows."""
    shutil.copytree(made.folder, workspace.folder)
    in_workspace(workspace)
    return workspace


def test_the_page_tells_runs_files_streams_cost_gaps_and_versions(watched: Workspace):
    app = opened(PAGE)
    runs = table(app, "Outcome")
    assert (runs["Command"].iloc[0], runs["Outcome"].iloc[0]) == ("refresh", "done")
    assert "relationships" in runs["What it did"].iloc[0]
    files = table(app, "Rows read")
    assert files[["File", "Rows read", "Touches stored", "Read to the end"]].iloc[0].tolist() == [
        "export.csv",
        2,
        1,
        True,
    ]
    streams = table(app, "Stream")
    told = streams[["Source", "Stream", "Requests this month", "Cost this month, at most"]].iloc[0].tolist()
    assert told == ["hackernews", "search:Tamrow", 3, 0.5]
    said = words(app).replace("\\", "").replace("\u2060", "")
    assert "$0.50 of " in said and "01 May 2025" in said
    assert "Model in force: fixed" in said and f"form {store.FORM}" in said
    labels = ["Since the last touch", "Since the last refresh", "Schedule", "At work now"]
    assert [metric.label for metric in app.metric] == labels
    assert [metric.value for metric in app.metric][2:] == ["off", "nobody"]


def test_examples_of_rejects_tell_their_shape_and_nobodys_words(watched: Workspace):
    app = opened(PAGE)
    counts = table(app, "Rows")
    assert set(counts["File"]) == {"export.csv", "hackernews: search:Tamrow"}
    said = words(app)
    assert "Body: aaaaaaa aaaaa\nDate: aaaa\nUser: aaaaaaaaa" in said or "Body: aaaaaaa aaaaa\nUser: aaaaaaaaa" in said
    assert "secretbob" not in said
    assert b"secretbob" not in watched.published.read_bytes()


def test_how_the_run_ended_that_made_these_numbers_is_told_at_once(watched: Workspace):
    """It was still running when it published them."""
    with pytest.raises(OSError), recorded(watched, "refresh"):
        publish.publish(watched)
        raise OSError("no answer")
    app = opened(PAGE)
    assert "The last run failed" in words(app)
    newest = table(app, "Outcome").iloc[0]
    assert newest["Outcome"] == "failed" and "no answer" in newest["What it did"]
    with recorded(watched, "refresh"):
        publish.publish(watched)
    app = opened(PAGE)
    assert "The last run failed" not in words(app)
    assert table(app, "Outcome")["Outcome"].tolist()[:2] == ["done", "failed"]


def test_the_button_maps_them_again_and_says_what_became_of_them(watched: Workspace):
    app = opened(PAGE)
    next(button for button in app.button if button.label == "Try them again").click().run(timeout=60)
    assert "2 rejects: 0 touches stored" in words(app) and "not a date and time" in words(app)


def test_while_the_pipeline_works_the_button_says_the_command(watched: Workspace):
    app = opened(PAGE)
    with working(watched, "refresh"):
        next(button for button in app.button if button.label == "Try them again").click().run(timeout=60)
    said = words(app)
    assert "It could not be done now" in said and "python -m pipeline retry" in said and "in use by `refresh`" in said
    assert len(rejects(watched)) == 2


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace that no network is read for, refreshed once, to which a row was added since."""
    place = Workspace(tmp_path_factory.mktemp("once"))
    imported(place, "hello,ann,2025-01-02\n")
    refreshed(place)
    imported(place, "hello,bob,2025-01-03\n", "later.csv")
    return place


@pytest.fixture
def quiet(once: Workspace, workspace: Workspace, in_workspace: Look) -> Workspace:
    """A copy of it that a test may change."""
    shutil.copytree(once.folder, workspace.folder)
    in_workspace(workspace)
    return workspace


def labels(app) -> list[str]:
    return [button.label for button in app.button]


def test_a_refresh_is_begun_on_the_page_told_while_it_works_and_ends_in_new_numbers(quiet: Workspace):
    app = opened(PAGE)
    assert "All 1 mentions are read" in words(app)
    next(button for button in app.button if button.label == "Refresh now").click().run(timeout=60)
    assert "Refreshing since" in words(app) and "Refresh now" not in labels(app)
    assert [metric.value for metric in app.metric][3] == "busy"
    assert "Refreshing since" in words(opened(PAGE))  # on the page of somebody else, too
    _data.refreshes()[str(quiet.folder)].process.wait(60)
    said = words(app.run())
    assert "Refresh now" in labels(app)
    assert "Refreshed: the numbers were made anew after" in said and "2 relationships" in said
    assert "All 2 mentions are read" in said
    assert table(app, "Outcome")["Outcome"].tolist()[:2] == ["done", "done"]
    assert "made anew after" not in words(opened(PAGE))  # whoever comes later has the verdict and the table of runs


def begun(place: Workspace, code: str) -> _refreshing.Begun:
    """Begin what stands for a refresh on the pages of a workspace."""
    return _refreshing.begin(place, _data.refreshes(), ("-c", code))


def test_why_a_refresh_failed_that_left_no_record_is_told(quiet: Workspace):
    app = opened(PAGE)
    child = begun(quiet, "import time, sys; time.sleep(.5); sys.exit('no room ' + 'x' * 5000)")
    assert begun(quiet, "") is child  # one at a time
    assert "Refreshing since" in words(app.run())
    child.process.wait()
    (failed,) = [text.value for text in app.run().text if text.value.endswith("xxx")]
    assert "The refresh has failed" in words(app) and len(failed) == 1999 and "Refresh now" in labels(app)
    (quiet.folder / "brand.toml").write_text('[privacy]\npeople = "aggregate"\n')
    assert "xxx" not in words(app.run())


def test_who_is_at_work_is_told_instead_and_waited_for(quiet: Workspace):
    app = opened(PAGE)
    with working(quiet, "import"):
        assert "At work now: `import` (process" in plainly(app.run()) and "Refresh now" not in labels(app)
        child = begun(quiet, "import time; time.sleep(60)")
        assert "The refresh waits for `import` (process" in plainly(app.run())
        child.process.kill()
        child.process.wait()
    assert "Refresh now" in labels(app.run()) and "ended it by signal 9" in words(app)


def test_of_clicks_at_the_same_moment_one_begins(quiet: Workspace):
    together = threading.Barrier(4)

    def click(_: int) -> int:
        together.wait()
        return begun(quiet, "import sys; sys.stdin.read()").process.pid

    with ThreadPoolExecutor(4) as clicks:
        assert len(set(clicks.map(click, range(4)))) == 1
    assert _data.refreshes()[str(quiet.folder)].process.wait() == 0


def test_what_a_schedule_did_meanwhile_is_not_told_of_a_refresh_that_failed(quiet: Workspace):
    child = begun(quiet, "import sys; sys.exit('in use')")
    with recorded(quiet, "refresh") as lines:
        lines.append("all is well")
    child.process.wait()
    assert not child.is_running and child.record(quiet) == "" and child.said == "in use"


def test_a_refresh_that_cannot_be_begun_is_told(quiet: Workspace, monkeypatch: pytest.MonkeyPatch):
    def full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    app = opened(PAGE)
    monkeypatch.setattr(_refreshing, "TemporaryFile", full)
    next(button for button in app.button if button.label == "Refresh now").click().run()
    assert "The refresh could not be begun: No space left on device." in plainly(app) and "Refresh now" in labels(app)


def plainly(app) -> str:
    """Return all that a page says without marks of Markdown."""
    return words(app).replace("\\", "")


def test_where_nothing_may_be_changed_nobody_is_offered_a_refresh(quiet: Workspace):
    assert "Refresh now" in labels(opened(PAGE))
    (quiet.folder / "brand.toml").write_text("broken")
    assert "Refresh now" not in labels(opened(PAGE))


def test_why_a_run_failed_is_not_told_where_people_are_not(quiet: Workspace):
    (quiet.folder / "brand.toml").write_text('[privacy]\npeople = "aggregate"\n')
    with pytest.raises(OSError), recorded(quiet, "refresh"):
        raise OSError("her words")
    assert table(opened(PAGE), "Outcome")["Outcome"].iloc[0] == "failed" and "her words" not in words(opened(PAGE))
    assert not table(opened(PAGE), "Outcome")["What it did"].str.contains("her words").any()


HOLD = (
    "import sys, time; from pathlib import Path; from pipeline import presence; from pipeline.store import Workspace\n"
    "with presence.scheduled(Workspace(Path(sys.argv[1])), '15m'): print('held', flush=True); time.sleep(600)"
)


def test_a_running_schedule_is_seen_and_a_killed_one_is_not(watched: Workspace):
    command = [sys.executable, "-c", HOLD, str(watched.folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stdout.readline() == "held\n"
        try:
            assert [metric.value for metric in opened(PAGE).metric][2] == "every 15m"
            with pytest.raises(StoreError, match=r"runs in .* already"), presence.scheduled(watched, "1h"):
                pass
        finally:
            process.kill()
    assert presence.read_schedule(watched) is None
    assert [metric.value for metric in opened(PAGE).metric][2] == "off"


def test_a_failed_run_is_said(watched: Workspace):
    with pytest.raises(OSError), recorded(watched, "refresh"):
        raise OSError("the disk is full")
    publish.publish(watched)
    app = opened(PAGE)
    assert any("The last run failed" in error.value for error in app.error)
    assert "the disk is full" in table(app, "Outcome")["What it did"].iloc[0]


def test_the_first_sentence_says_what_is_out_of_order(watched: Workspace):
    noticed.save(watched, ["digest not told: address 2"])
    (warning,) = [warning.value for warning in opened(PAGE).warning if "Not quite" in warning.value]
    assert "could not be told outside of the dashboard, and is tried again" in warning and "address 2" in warning
    assert "The last touch that was collected of any brand is" in warning and "last refresh" not in warning


def test_the_first_sentence_says_that_all_is_well_where_it_is(watched: Workspace):
    with store.connect(watched.mentions) as con:
        con.execute(f"attach '{watched.published}' as pub")
        con.execute("update pub.brand set last_touch = $now, last_collected = $now", {"now": store.now()})
    app = opened(PAGE)
    assert [box.value[:4] for box in app.success] == ["Yes:"]
    assert not [warning for warning in app.warning if "Not quite" in warning.value]


def test_a_call_that_somebody_types_does_not_hide_that_nothing_is_collected(watched: Workspace):
    call = {"account_id": "desk:ann", "kind": "call", "direction": "out", "text": "rang her", "author": "Mo"}
    journal.save_entry(watched, call | {"brand": TAMROW.key, "happened_at": store.now()})
    run.relate(watched, settings.load(watched.folder), ModelFacts("fixed"))
    publish.publish(watched)
    app = opened(PAGE)
    assert any(
        "Not quite" in warning.value and "The last touch that was collected" in warning.value for warning in app.warning
    )
    assert any("Only what people typed here is newer than" in warning.value for warning in app.sidebar.warning)


def test_a_change_of_the_journal_is_told_with_its_author_and_taken_back(watched: Workspace):
    change = journal.save_annotation(watched, "tamrow", datetime(2025, 1, 3).date(), "new website", "Mo")
    app = opened(PAGE)
    assert "Mo: note on 03 Jan 2025, Tamrow: new website" in words(app)
    app.session_state["author"] = "Ann"
    app.button(key=f"undo-of-{change}").click().run()
    assert "(taken back by Ann)" in words(app)
    app.button(key=f"redo-of-{change}").click().run()
    assert "(taken back" not in words(app) and app.button(key=f"undo-of-{change}").label == "Undo 1"
    assert len(journal_reads.read_annotations(watched, "tamrow")) == 1


def test_labels_in_a_row_are_one_change_of_the_list_and_taken_back_together(watched: Workspace):
    def label(touch: str, author: str) -> str:
        rows = [{"brand": TAMROW.key, "touch_id": touch, "label": "neutral"}]
        return journal.save_labels(watched, rows, author, drawn=False).change_id or ""

    newest = [label(touch, "Mo") for touch in ("first", "second", "third", "fourth")][-1]
    label("another", "Jo")
    for number in range(19):
        journal.save_annotation(watched, TAMROW.key, datetime(2025, 1, 3).date(), f"note {number}", "Mo")
    app = opened(PAGE)
    assert "note 18" in words(app) and "Jo: another is neutral" in words(app) and "fourth" not in words(app)
    app.session_state["author"] = "Ann"
    app.session_state[f"page-{_filters.fingerprint('changes')}"] = 2
    app.run()
    assert "21 · " in words(app) and "note 18" not in words(app)
    assert "Mo: fourth is neutral; third is neutral; second is neutral; and 1 more" in words(app)
    app.button(key=f"undo-of-{newest}").click().run()
    said = journal_reads.read_labels_since(watched, TAMROW.key, datetime(2020, 1, 1))
    assert [row["touch_id"] for row in said if row["label"]] == ["another"]
    app.session_state[f"page-{_filters.fingerprint('changes')}"] = 9  # there were more, when it was chosen
    app.run()
    assert "note 18" in words(app) and "1 · " in words(app)


def test_whom_a_change_is_about_is_told_with_the_source_as_people_call_it():
    told = {"id": "hackernews:1", "called": "Ann", "source": "hackernews"}
    assert _health_changes.with_source(told) == "Ann (Hacker News)"
    assert _health_changes.with_source({"id": "b", "called": "Tamrow", "source": None}) == "Tamrow"


def test_where_people_are_not_told_by_name_the_journal_is_not_either(watched: Workspace):
    journal.save_note(watched, "tamrow", "desk:ann", "likes tea", "Mo")
    with (watched.folder / "brand.toml").open("a") as file:
        file.write('\n[privacy]\npeople = "pseudonymous"\n')
    assert "likes tea" not in words(opened(PAGE))


def test_old_numbers_are_called_old(watched: Workspace, tmp_path: Path):
    with store.connect(watched.mentions) as con:
        con.execute(f"attach '{watched.published}' as pub")
        con.execute("update pub.meta set published_at = $then", {"then": store.now() - timedelta(days=9)})
    assert any("9 days old" in warning.value for warning in opened(PAGE).warning)


def test_an_unset_brand_is_said_and_broken_settings_are_no_order(sample: Workspace, tmp_path: Path, in_workspace: Look):
    place = Workspace(tmp_path / "w")
    shutil.copytree(sample.folder, place.folder)
    in_workspace(place)
    (place.folder / "brand.toml").unlink()
    app = opened(PAGE)
    assert any("The own brand is not set" in info.value for info in app.info)
    assert any('name = "Tamrow Design-Build"' in code.value for code in app.code)
    (place.folder / "brand.toml").write_text("[privacy")
    assert any("The settings in brand.toml cannot be read" in warning.value for warning in opened(PAGE).warning)
