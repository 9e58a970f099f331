"""The journal: nothing is overwritten, every change has an author and a time, and can be undone."""

import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from pipeline import erase, journal, journal_changes, journal_reads, labels, publish, settings, store
from pipeline.contents import read_metric
from pipeline.file_cursors import FileCursor
from pipeline.publish import ModelFacts
from pipeline.scores import Reading, save_scores
from pipeline.store import Workspace
from pipeline.touch import Account, Brand, Mapped, Record, Touch
from pipeline.typed import JournalError
from tests.conftest import ROOT
from tests.test_pages import Look, opened
from tests.worlds import save_outcomes

DAY = datetime(2025, 2, 1)
CALL = {"brand": "tamrow", "account_id": "x:ana", "kind": "call", "direction": "out", "happened_at": DAY}
TYPED = ("change_id", "row_id", "written_at")


def entry(**more) -> dict:
    return CALL | {"text": "20 min", "author": "Mags"} | more


def person(handle: str) -> Account:
    return Account(f"x:{handle}", "x", handle, handle.title())


def plain(rows: list[dict]) -> list[dict]:
    """Return rows without what differs from run to run."""
    return [{key: value for key, value in row.items() if key not in TYPED and not key.endswith("_id")} for row in rows]


@pytest.fixture
def stocked(workspace: Workspace) -> Workspace:
    """A workspace in which three people said something that the model read as positive."""
    said = [("ana", True), ("ben", True), ("cleo", False)]
    touches = [
        Touch(f"x:{n}", "x", "tamrow", person(who), "in", "mention", datetime(2025, 1, n + 1), "fine", addressed=named)
        for n, (who, named) in enumerate(said)
    ]
    mapped = [Mapped(Record(n, {}), each) for n, each in enumerate(touches)]
    brand = Brand("tamrow", "Tamrow")
    save_outcomes(workspace, mapped, [], FileCursor("f.csv", "digest", brand, "mapped", 3, finished=True))
    save_scores(workspace, "fixed", "tamrow", [Reading("fine", 0.1, 0.2, 0.7)])
    return workspace


def related(place: Workspace, name: str) -> list[dict]:
    """Compute everything anew and return one number."""
    publish.relate(place, settings.Settings(), ModelFacts("fixed"))
    return read_metric(place, name).to_pylist()


def published(place: Workspace, sql: str) -> list[tuple]:
    publish.relate(place, settings.Settings(), ModelFacts("fixed"))
    publish.publish(place)
    with store.open_published(place.published) as con:
        return con.execute(sql).fetchall()


def words(place: Workspace, **asked) -> list[str]:
    return [row["words"] for row in journal_changes.read_changes(place, **asked)]


# Migrations


def test_what_was_typed_before_changes_could_be_undone_is_kept_and_can_be(workspace: Workspace):
    workspace.folder.mkdir()
    steps = sorted((ROOT / "pipeline" / "schema" / "journal").glob("*.sql"))[:2]
    early = workspace.folder / "steps"
    early.mkdir()
    for step in steps:
        (early / step.name).write_bytes(step.read_bytes())
    with duckdb.connect(workspace.journal) as con:
        store.migrate(con, early)
        con.execute("insert into entry values ('e', 'b', 'x:a', 'in', 'call', '2025-01-02', 'hi', 'M', '2025-01-03')")
        con.execute("insert into label values ('l', 'b', 't', 'negative', true, 'M', '2025-01-03')")
        con.execute("insert into member values ('m', 'x:a', 'list', 'VIP', true, 'M', '2025-01-03')")
        con.execute(
            "insert into fruit values "
            "('r', 'f', 'b', 'x:a', 'renewal', '2025-01-02', 5, null, 'yes', false, 'M', '2025-01-03')"
        )
    (kept,) = journal_reads.read_entries(workspace, "b")
    assert kept == {
        "row_id": "e",
        "change_id": "e",
        "entry_id": "e",
        "brand": "b",
        "account_id": "x:a",
        "direction": "in",
        "kind": "call",
        "happened_at": datetime(2025, 1, 2),
        "text": "hi",
        "feeling": None,
        "withdrawn": False,
        "author": "M",
        "written_at": datetime(2025, 1, 3),
    }
    written = publish.read_journal(workspace)
    assert written["written_label"].select(["row_id", "touch_id", "label", "drawn"]).to_pylist() == [
        {"row_id": "l", "touch_id": "t", "label": "negative", "drawn": True}
    ]
    assert written["written_fruit"].select(["row_id", "fruit_id", "value", "text"]).to_pylist() == [
        {"row_id": "r", "fruit_id": "f", "value": 5.0, "text": "yes"}
    ]
    assert written["member"].select(["row_id", "name", "belongs"]).to_pylist() == [
        {"row_id": "m", "name": "VIP", "belongs": True}
    ]
    for change in "elmr":
        assert journal_changes.undo(workspace, change, "Ed") == 1
    assert {name: table.num_rows for name, table in publish.read_journal(workspace).items()} == dict.fromkeys(
        written, 0
    )


# One change each, and its way back

Save = Callable[[Workspace], str]
Read = Callable[[Workspace], list[dict]]

CHANGES: dict[str, tuple[Save, Read, list[dict], str]] = {
    "entry": (
        lambda w: journal.save_entry(w, entry(feeling="positive")),
        lambda w: journal_reads.read_entries(w, "tamrow", ["x:ana"]),
        [
            {"brand": "tamrow", "direction": "out", "kind": "call", "happened_at": DAY, "text": "20 min"}
            | {"feeling": "positive", "withdrawn": False, "author": "Mags"}
        ],
        "call with x:ana on 01 Feb 2025 (positive): 20 min",
    ),
    "note": (
        lambda w: journal.save_note(w, "tamrow", "x:ana", " likes oak ", "Mags"),
        lambda w: journal_reads.read_notes(w, "tamrow", ["x:ana"]),
        [{"brand": "tamrow", "text": "likes oak", "withdrawn": False, "author": "Mags"}],
        "note about x:ana: likes oak",
    ),
    "promise": (
        lambda w: journal.save_promise(w, "tamrow", "x:ana", "a new lid", date(2025, 3, 1), "Mags"),
        lambda w: journal_reads.read_promises(w, "tamrow", ["x:ana"]),
        [
            {"brand": "tamrow", "text": "a new lid", "due": date(2025, 3, 1), "kept": False}
            | {"withdrawn": False, "author": "Mags"}
        ],
        "promise to x:ana until 01 Mar 2025: a new lid",
    ),
    "annotation": (
        lambda w: journal.save_annotation(w, "tamrow", date(2025, 3, 1), "new website", "Mags"),
        lambda w: journal_reads.read_annotations(w, "tamrow"),
        [{"brand": "tamrow", "day": date(2025, 3, 1), "text": "new website", "withdrawn": False, "author": "Mags"}],
        "note on 01 Mar 2025, tamrow: new website",
    ),
    "saved_view": (
        lambda w: journal.save_view(w, "Press", "pulse", "period=90", "Mags"),
        journal_reads.read_views,
        [{"name": "Press", "page": "pulse", "query": "period=90", "withdrawn": False, "author": "Mags"}],
        "view Press of pulse",
    ),
    "merge": (
        lambda w: journal.save_merge(w, "x:ana", "bluesky:ana", "she told us", "Mags"),
        journal_reads.read_merges,
        [{"reason": "she told us", "together": True, "author": "Mags"}],
        "bluesky:ana is the same person as x:ana: she told us",
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_read_back_named_undone_and_put_back(what: str, workspace: Workspace):
    save, read, rows, called = CHANGES[what]
    before = store.now()
    change = save(workspace)
    assert plain(read(workspace)) == rows
    (listed,) = journal_changes.read_changes(workspace)
    assert before <= listed.pop("written_at") <= store.now()
    brand = rows[0].get("brand")
    assert listed == {"change_id": change, "author": "Mags", "brand": brand, "words": called, "many": 1} | {
        "undone": False,
        "undone_by": None,
        "undone_at": None,
    }
    assert journal_changes.undo(workspace, change, "Ed") == 1
    assert read(workspace) == []
    (listed,) = journal_changes.read_changes(workspace)
    assert (listed["words"], listed["undone"], listed["undone_by"]) == (called, True, "Ed")
    assert journal_changes.redo(workspace, change, "Mags") == 1
    assert plain(read(workspace)) == rows


def test_every_table_of_the_journal_is_in_the_list_of_changes_and_has_words(workspace: Workspace):
    with store.connect(workspace.journal) as con:
        tables = {name for (name,) in con.execute("select table_name from duckdb_tables()").fetchall()}
        (listed,) = con.execute("select sql from duckdb_views() where view_name = 'change_row'").fetchone() or ("",)
    assert tables - {"migration", "undone", "forgotten"} == set(journal_changes.WORDS)
    assert all(f"from {name}" in listed.replace('"', "").lower() for name in journal_changes.WORDS)


def test_words_said_anew_leave_the_earlier_ones_and_undoing_brings_them_back(workspace: Workspace):
    first = journal.save_entry(workspace, entry())
    second = journal.save_entry(workspace, entry(entry_id=first, text="25 min", author="Ed"))
    third = journal.withdraw_entry(workspace, first, "Ed")
    assert journal_reads.read_entries(workspace, "tamrow") == []
    assert words(workspace) == [
        "took back: call with x:ana on 01 Feb 2025: 25 min",
        "changed: call with x:ana on 01 Feb 2025: 25 min",
        "call with x:ana on 01 Feb 2025: 20 min",
    ]
    for change, text in ((third, "25 min"), (second, "20 min")):
        journal_changes.undo(workspace, change, "Mags")
        assert [row["text"] for row in journal_reads.read_entries(workspace, "tamrow")] == [text]


def test_undoing_what_made_a_thing_takes_it_away_with_all_said_later_and_redo_brings_back_what_went_with_it(
    workspace: Workspace,
):
    first = journal.save_entry(workspace, entry())
    other = journal.save_entry(workspace, entry(text="another"))
    journal.save_entry(workspace, entry(entry_id=first, text="25 min"))
    wrong = journal.save_entry(workspace, entry(entry_id=first, text="wrong"))
    journal_changes.undo(workspace, wrong, "Mags")
    assert journal_changes.undo(workspace, first, "Mags") == 2
    assert [row["entry_id"] for row in journal_reads.read_entries(workspace, "tamrow")] == [other]
    assert journal_changes.redo(workspace, first, "Mags") == 2
    assert {row["text"] for row in journal_reads.read_entries(workspace, "tamrow")} == {"another", "25 min"}


def test_whoever_a_note_or_a_promise_is_about_is_somebody_of_whom_people_typed_something(workspace: Workspace):
    journal.save_note(workspace, "tamrow", "x:ana", "likes tea", "Mags")
    journal.save_promise(workspace, "tamrow", "x:ben", "a call", date(2025, 4, 1), "Mags")
    assert sorted(erase.read_written(workspace)) == ["x:ana", "x:ben"]


def test_a_promise_is_kept_and_its_words_stay(workspace: Workspace):
    promise = journal.save_promise(workspace, "tamrow", "x:ana", "a new lid", date(2025, 3, 1), "Mags")
    other = journal.save_promise(workspace, "tamrow", "x:ben", "a call", date(2025, 4, 1), "Mags")
    journal.keep_promise(workspace, promise, "Ed")
    found = [(row["promise_id"], row["text"], row["kept"]) for row in journal_reads.read_promises(workspace, "tamrow")]
    assert found == [(other, "a call", False), (promise, "a new lid", True)]
    assert words(workspace, accounts=["x:ana"])[0] == "changed: promise to x:ana until 01 Mar 2025 kept: a new lid"


def test_many_people_are_put_on_a_list_and_taken_off_by_one_undo(stocked: Workspace):
    people = ["x:ana", "x:ben", "x:ana", "x:cleo"]
    change = journal.save_members(stocked, people, "list", "VIP", True, "Mags")
    vip = {"what": "list", "name": "VIP"}
    assert related(stocked, "grouping") == [vip | {"account_id": f"x:{who}"} for who in ("ana", "ben", "cleo")]
    (listed,) = journal_changes.read_changes(stocked, accounts=["x:ben"])
    assert listed["words"].startswith("x:ben is tagged “VIP”; ") and listed["many"] == 3
    with pytest.raises(JournalError, match="is undone already"):
        journal_changes.turn(stocked, [change, change], "Mags", undone=True)
    assert not journal_changes.read_changes(stocked)[0]["undone"], "all of them, or none"
    assert journal_changes.undo(stocked, change, "Mags") == 3
    assert related(stocked, "grouping") == []


def test_of_two_words_on_a_group_the_newest_counts_and_undoing_it_brings_back_the_other(stocked: Workspace):
    journal.save_members(stocked, ["x:ana"], "list", "VIP", True, "Mags")
    left = journal.save_members(stocked, ["x:ana"], "list", "VIP", False, "Mags")
    assert related(stocked, "grouping") == []
    journal_changes.undo(stocked, left, "Mags")
    assert [row["account_id"] for row in related(stocked, "grouping")] == ["x:ana"]


def test_a_fruit_is_mended_taken_back_and_brought_back(stocked: Workspace):
    bore = {"brand": "tamrow", "account_id": "x:ana", "kind": "renewal", "happened_at": DAY, "text": "", "author": "M"}
    fruit = journal.save_fruit(stocked, bore)
    journal.save_entry(stocked, entry(happened_at=DAY + timedelta(days=1)))  # as of is after the last touch
    mended = journal.save_fruit(stocked, bore | {"fruit_id": fruit, "value": 5.0})
    assert [(row["fruit_id"], row["value"]) for row in related(stocked, "fruit")] == [(fruit, 5.0)]
    journal_changes.undo(stocked, mended, "M")
    assert [row["value"] for row in related(stocked, "fruit")] == [None]
    back = journal.withdraw_fruit(stocked, fruit, "M")
    assert related(stocked, "fruit") == []
    journal_changes.undo(stocked, back, "M")
    assert [row["fruit_id"] for row in related(stocked, "fruit")] == [fruit]


# Labels


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("id,label,text\nx:1,positive,café\n'-x:2,,?\n\nx:3,Withdraw,\nx:1,positive,café\n", "utf-8-sig"),
        ("label;id;text\npositive;x:1;café à la crème\nwithdraw;x:3;\n", "cp1252"),
        ("id\tlabel\nx:1\tPOSITIVE\nx:3\twithdraw\n", "utf-16"),
    ],
)
def test_a_file_of_labels_is_read_as_a_spreadsheet_saves_it(content: str, encoding: str, tmp_path: Path):
    file = tmp_path / "l.csv"
    file.write_bytes(content.encode(encoding))
    assert labels.read(file) == [labels.Label("x:1", "positive"), labels.Label("x:3", None)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("name,label\nx,positive\n", "no column id; it has name, label"),
        ("label,id\npositive\n", "row 2: row is cut off: fewer cells than the header has"),
        ("label,id\n,x:1\npositive,\n", "row 3: no id"),
        ("id,label\nx:1,nice\n", "row 2: label 'nice'; allowed: negative, neutral, positive, withdraw, or empty"),
        ("id,label\nx:1,positive\nx:2,neutral\nx:1,withdraw\n", "rows 2 and 4: two labels for x:1"),
    ],
)
def test_a_file_of_labels_that_is_wrong_is_refused_by_its_row(content: str, message: str, tmp_path: Path):
    file = tmp_path / "l.csv"
    file.write_text(content)
    with pytest.raises(labels.LabelError, match=f"l.csv.*{re.escape(message)}"):
        labels.read(file)


def label(touch: str, said: str | None) -> dict:
    return {"brand": "tamrow", "touch_id": touch, "label": said}


def test_labels_chosen_on_a_page_win_at_once_and_are_all_undone_together(stocked: Workspace):
    before = related(stocked, "ledger")
    moment = store.now()
    saved = journal.save_labels(stocked, [label("x:0", "negative"), label("x:1", "neutral")], "Mags", drawn=False)
    assert saved.new == 2 and saved.change_id
    since = [(row["touch_id"], row["label"]) for row in journal_reads.read_labels_since(stocked, "tamrow", moment)]
    assert since == [("x:0", "negative"), ("x:1", "neutral")]
    said = [(row["touch_id"], row["label"], row["value"]) for row in related(stocked, "ledger")][:2]
    assert said == [("x:0", "negative", -1.0), ("x:1", "neutral", 0.0)]
    moment = store.now()
    assert journal_changes.undo(stocked, saved.change_id, "Mags") == 2
    since = [(row["touch_id"], row["label"]) for row in journal_reads.read_labels_since(stocked, "tamrow", moment)]
    assert since == [("x:0", None), ("x:1", None)]
    assert related(stocked, "ledger") == before


def test_a_label_that_is_there_is_not_kept_twice_but_a_drawn_one_is_news(stocked: Workspace):
    def save(drawn: bool) -> int:
        return journal.save_labels(stocked, [label("x:0", "negative")], "Mags", drawn).new

    assert [save(False), save(False), save(True), save(True), save(False)] == [1, 0, 1, 0, 0]
    assert [row["drawn"] for row in related(stocked, "label")] == [True]
    assert journal.save_labels(stocked, [], "Mags", drawn=False) == journal.Saved(None, 0)


def test_a_message_of_somebody_unnamed_is_labelled_by_the_id_that_the_page_knows(stocked: Workspace):
    hidden = published(stocked, "select touch_id from pub.touch where touch_id not like 'x:%'")
    assert len(hidden) == 1
    journal.save_labels(stocked, [label("x:2", "neutral")], "Mags", drawn=True)
    journal.save_labels(stocked, [label(hidden[0][0], "negative")], "Mags", drawn=False)
    (found,) = related(stocked, "label")
    assert (found["touch_id"], found["label"], found["drawn"]) == ("x:2", "negative", True)
    assert published(stocked, "select touch_id, label from pub.touch order by happened_at desc limit 1") == [
        (hidden[0][0], "negative")
    ]


# Stated feelings


def test_a_stated_feeling_is_one_more_mention_with_the_word_of_people(stocked: Workspace):
    def volume() -> list[tuple]:
        months = [row for row in related(stocked, "volume") if row["grain"] == "month"]
        return [(str(row["period"]), row["positive"], row["neutral"], row["negative"]) for row in months]

    before = volume()
    call = journal.save_entry(stocked, entry(feeling="negative"))
    journal.save_entry(stocked, entry(kind="meeting"))
    (stated,) = [row for row in related(stocked, "ledger") if row["touch_id"] == f"journal:{call}"]
    shown = ("direction", "label_of_model", "label_of_people", "value", "counts", "stated", "offline")
    assert tuple(stated[name] for name in shown) == ("out", None, "negative", -1.0, True, True, True)
    (ana,) = [row for row in related(stocked, "person") if row["account_id"] == "x:ana"]
    assert (ana["touches_in"], ana["touches_out"]) == (1, 2)
    assert volume() == [("2025-01-01", 3, 0, 0), ("2025-02-01", 0, 0, 1)]
    journal_changes.undo(stocked, call, "Mags")
    assert volume() == before == [("2025-01-01", 3, 0, 0)]


# What cannot be kept


@pytest.mark.parametrize(
    ("save", "message"),
    [
        (lambda w: journal.save_note(w, "tamrow", "x:ana", "  ", "Mags"), "text: it is empty"),
        (
            lambda w: journal.save_note(w, "tamrow", "x:ana", "a" * 2001, "Mags"),
            "text: 2,001 characters, at most",
        ),
        (lambda w: journal.save_note(w, "tamrow", "x:ana", "fine", ""), "author: it is empty"),
        (lambda w: journal.save_note(w, "tamrow", "", "fine", "Mags"), "account: it is empty"),
        (lambda w: journal.save_note(w, "tamrow", "x:ana", "fine", "M", "nine"), "there is no note 'nine'"),
        (lambda w: journal.save_entry(w, entry(kind="fax")), "kind fax: allowed are call, meeting"),
        (lambda w: journal.save_entry(w, entry(feeling="glad")), "feeling glad: allowed are negative, neutral"),
        (lambda w: journal.save_entry(w, entry(direction="up")), "direction up: allowed are in, out"),
        (lambda w: journal.save_entry(w, entry(happened_at=datetime.now() + timedelta(days=1))), "has not come"),
        (lambda w: journal.save_entry(w, entry(happened_at=datetime(1066, 1, 1))), "give a day from 1990 on"),
        (lambda w: journal.save_annotation(w, "tamrow", date(9000, 1, 1), "x", "M"), "day 9000-01-01: give a day"),
        (lambda w: journal.save_members(w, [], "list", "VIP", True, "M"), "nobody was chosen"),
        (lambda w: journal.save_members(w, ["x:ana"], "tribe", "us", True, "M"), "what tribe: allowed are kind"),
        (lambda w: journal.save_labels(w, [label("x:0", "fine")], "M", False), "label fine: allowed are negative"),
        (lambda w: journal.save_merge(w, "x:ana", "x:ana", "same", "M"), "x:ana is one account: name two"),
        (lambda w: journal.save_merge(w, "x:ana", "x:ben", "", "M"), "reason: it is empty"),
        (lambda w: journal.withdraw_fruit(w, "nine", "M"), "there is no fruit 'nine', or it was taken back"),
        (lambda w: journal_changes.undo(w, "nine", "M"), "there is no change 'nine'"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_is_written(save: Save, message: str, workspace: Workspace):
    with pytest.raises(JournalError, match=message):
        save(workspace)
    assert journal_changes.read_changes(workspace) == []


def test_a_value_that_is_no_number_is_refused(workspace: Workspace):
    bore = {"brand": "b", "account_id": "x:a", "kind": "renewal", "happened_at": DAY, "text": "", "author": "M"}
    with pytest.raises(JournalError, match="value nan: give a number"):
        journal.save_fruit(workspace, bore | {"value": float("nan")})


def test_what_is_undone_is_not_undone_twice_nor_put_back_unasked(workspace: Workspace):
    change = journal.save_note(workspace, "tamrow", "x:ana", "fine", "Mags")
    with pytest.raises(JournalError, match="was not undone"):
        journal_changes.redo(workspace, change, "Mags")
    journal_changes.undo(workspace, change, "Mags")
    with pytest.raises(JournalError, match="is undone already"):
        journal_changes.undo(workspace, change, "Mags")


def test_a_batch_is_kept_whole_or_not_at_all(workspace: Workspace):
    rows = {
        "note": [{"brand": "b", "account_id": "x:a", "text": "kept?"}],
        "contact": [{"account_id": None, "name": "N"}],
    }
    with pytest.raises(duckdb.ConstraintException):
        journal.save_rows(workspace, rows, "Mags")
    assert journal_reads.read_notes(workspace, "b") == []


# Changes asked for


def test_changes_are_newest_first_and_of_one_brand_or_some_accounts(workspace: Workspace):
    journal.save_note(workspace, "tamrow", "x:ana", "one", "Mags")
    journal.save_note(workspace, "quillstone", "x:ben", "two", "Mags")
    journal.save_members(workspace, ["x:ben"], "list", "VIP", True, "Mags")
    journal.save_merge(workspace, "x:dot", "x:ben", "same voice", "Mags")
    assert words(workspace, many=2) == [
        "x:ben is the same person as x:dot: same voice",
        "x:ben is tagged “VIP”",
    ]
    assert words(workspace, brand="tamrow")[-1] == "note about x:ana: one"
    assert len(words(workspace, brand="tamrow")) == 3
    assert words(workspace, accounts=["x:ben"])[-1] == "note about x:ben: two"
    assert len(words(workspace, accounts=["x:ben"])) == 3


def test_nothing_is_read_and_no_file_made_where_nothing_was_typed(workspace: Workspace):
    assert journal_reads.read_notes(workspace, "tamrow") == []
    assert journal_changes.read_changes(workspace) == []
    assert not workspace.journal.exists()


# Many at once


def type_notes(folder: Path, who: str, many: int) -> None:
    for n in range(many):
        change = journal.save_note(Workspace(folder), "tamrow", "x:ana", f"{who} {n}", who)
        if n % 2:
            journal_changes.undo(Workspace(folder), change, who)


def test_users_in_several_processes_lose_nothing_while_the_numbers_are_computed(stocked: Workspace):
    code = "import sys; from pathlib import Path; from tests.test_journal import type_notes; "
    code += "type_notes(Path(sys.argv[1]), sys.argv[2], 10)"
    command = [sys.executable, "-c", code, str(stocked.folder)]
    users = [subprocess.Popen([*command, who], cwd=ROOT) for who in ("Mags", "Ed", "Flo")]
    passes = 0
    while any(user.poll() is None for user in users):
        assert len(related(stocked, "person")) == 3
        passes += 1
    assert passes and [user.wait() for user in users] == [0, 0, 0]
    kept = sorted(row["text"] for row in journal_reads.read_notes(stocked, "tamrow"))
    assert kept == sorted(f"{who} {n}" for who in ("Mags", "Ed", "Flo") for n in range(0, 10, 2))
    changes = journal_changes.read_changes(stocked, many=100)
    assert len(changes) == 30 and all(row["undone_by"] in (None, row["author"]) for row in changes)


def test_users_of_one_dashboard_lose_nothing(workspace: Workspace):
    with ThreadPoolExecutor(4) as users:
        list(users.map(lambda who: type_notes(workspace.folder, who, 10), ("Mags", "Ed", "Flo", "Ida")))
    assert len(journal_reads.read_notes(workspace, "tamrow")) == 20


def test_the_page_tells_names_and_texts_instead_of_ids(stocked: Workspace, in_workspace: Look):
    journal.save_note(stocked, "tamrow", "x:ana", "likes tea", "Mo")
    journal.save_note(stocked, "tamrow", "x:cleo", "is told by no name", "Mo")
    journal.save_labels(stocked, [{"touch_id": "x:0", "brand": "tamrow", "label": "positive"}], "Mo", drawn=False)
    published(stocked, "select 1")
    in_workspace(stocked)
    found = " ".join(text.value for text in opened("views/health.py").text)
    assert "Mo: note about Ana (X): likes tea" in found and "Mo: note about someone on X: is told by no name" in found
    assert 'Mo: "fine" is positive' in found and "x:0" not in found
