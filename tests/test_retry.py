"""Rejects are only tried again where the result is what an import of their file would give."""

import csv
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipeline import file_imports, retry, settings, store
from pipeline.contents import read_rejects
from pipeline.retry import Retried
from pipeline.sources import SOURCES, WHOLE, files
from pipeline.store import Workspace, connect
from pipeline.touch import Brand
from pipeline.touches import TAKEN
from tests.conftest import PAYLOADS, TAMROW

LATER = "%d|%m|%Y %Hh%M"  # what an upgrade understands
GOOD, ODD = "Tue Oct 31 22:10:47 +0000 2017", "31|10|2017 22h10"
HEADER = (*["tweet_id", "author_id", "inbound", "created_at", "text"], "response_tweet_id", "in_response_to_tweet_id")
ROWS = (
    ("1", "tamrowbuild", "False", GOOD, "our offer of the day", "2", ""),
    ("2", "100", "True", ODD, "never again, thieves", "", "1"),
    ("3", "200", "True", GOOD, "where is my order", "4", ""),
    ("4", "tamrowbuild", "False", ODD, "we are sorry, it comes today", "", "3"),
    ("5", "300", "True", ODD, "no heating", "", ""),
)
TOUCHES = "select touch_id, direction, account_id, conversation, addressed from touch order by all"


@pytest.fixture
def upgrade(monkeypatch: pytest.MonkeyPatch):
    """Let the program read one more form of times: no later version is at hand, and the file must stay the same."""
    from pipeline import touch

    return lambda: monkeypatch.setattr(touch, "TIME_FORMATS", (*touch.TIME_FORMATS, LATER))


def imported(place: Workspace, rows=ROWS) -> Path:
    place.folder.mkdir(parents=True, exist_ok=True)
    file = place.folder / "twcs.csv"
    with file.open("w", newline="") as out:
        csv.writer(out).writerows([HEADER, *rows])
    file_imports.import_file(place, file, TAMROW)
    return file


def rows(place: Workspace, sql: str) -> list[tuple]:
    with connect(place.mentions) as con:
        return con.execute(sql).fetchall()


def reasons(place: Workspace) -> list[str]:
    return [row["reason"] for row in read_rejects(place, 99).to_pylist()]


def test_rejects_of_a_file_that_must_be_read_whole_stay_until_it_is_imported_again(workspace: Workspace, upgrade):
    file = imported(workspace)
    upgrade()
    before = rows(workspace, TOUCHES)
    assert retry.retry(workspace, settings.Settings()) == Retried(read=3, no_way=3)
    assert rows(workspace, TOUCHES) == before and reasons(workspace) == ["not a date and time"] * 3
    file_imports.import_file(workspace, file, TAMROW)
    assert rows(workspace, TOUCHES) == [
        ("x:1", "out", None, "x:1", False),
        ("x:2", "in", "x:100", "x:1", True),
        ("x:3", "in", "x:200", "x:3", False),
        ("x:4", "out", "x:200", "x:3", False),
    ]
    assert [row["payload"] for row in read_rejects(workspace, 9).to_pylist() if "no heating" in row["payload"]]
    assert len(reasons(workspace)) == 1  # it has no brand in its thread: nothing took its place


def test_another_file_under_the_name_of_the_first_settles_none_of_its_rejects(workspace: Workspace):
    imported(workspace)
    other = tuple((str(10 + n), "tamrowbuild", "False", GOOD, f"news {n}", "", "") for n in range(5))
    imported(workspace, other)
    assert reasons(workspace) == ["not a date and time"] * 3


@pytest.mark.parametrize("name", ["dialogues.json", "fourcat.csv", "brandwatch.csv", "xarchive"])
def test_what_every_such_format_rejected_stays_as_it_was(workspace: Workspace, name: str):
    workspace.folder.mkdir(parents=True)
    copied = shutil.copytree if (PAYLOADS / name).is_dir() else shutil.copy
    file = Path(copied(PAYLOADS / name, workspace.folder / name))
    file_imports.import_file(workspace, file, Brand("tamrow", "Tamrow", ("TamrowBuild",)))
    before = (rows(workspace, TOUCHES), rows(workspace, "select * from reject order by all"))
    found = retry.retry(workspace, settings.Settings())
    assert (found.stored, found.not_about, found.failed) == (0, 0, {})
    assert (rows(workspace, TOUCHES), rows(workspace, "select * from reject order by all")) == before


def test_every_source_that_reads_its_records_twice_is_known_to_need_the_whole_file():
    def of_one_pass(records):
        yield from records

    def reads_twice(to_touches) -> bool:
        """Say whether a source takes what can be read but once for nothing."""
        record = files.to_object(1, {"owner": {"username": "TamrowBuild"}})
        return not list(to_touches(of_one_pass([record]), TAMROW))

    twice = {name for name, (_, to_touches) in SOURCES.items() if reads_twice(to_touches)}
    assert twice == WHOLE - {"dialogues"}  # it keeps a message as a reject, and maps whole dialogues


def test_a_file_that_fails_keeps_its_rejects_and_does_not_keep_others_waiting(workspace: Workspace, upgrade):
    workspace.folder.mkdir(parents=True)
    mapping = {"text": "Body", "author": "User", "at": "Date"}
    for name in ("a.csv", "b.csv"):
        (workspace.folder / name).write_text(f"Body,User,Date\nlate {name},ann,{ODD}\n")
        file_imports.import_file(workspace, workspace.folder / name, TAMROW, mapping=mapping)
    with connect(workspace.mentions) as con:
        con.execute("update reject set payload = repeat('[', 90000) || repeat(']', 90000) where file like '%a.csv'")
    upgrade()
    found = retry.retry(workspace, settings.Settings())
    assert (found.stored, [Path(file).name for file in found.failed]) == (1, ["a.csv"])
    assert found.words().endswith("; 1 files could not be tried, and keep theirs")
    assert rows(workspace, "select text from touch") == [("late b.csv",)]
    ((left,),) = rows(workspace, "select file from reject")
    assert left.endswith("a.csv")


def test_a_reject_is_tried_again_in_the_order_of_its_own_file_not_of_the_last_at_its_path(workspace: Workspace):
    workspace.folder.mkdir(parents=True)
    file, mapping = workspace.folder / "export.csv", {"text": "Body", "author": "User", "at": "Date"}
    for text, day, other in (("two", "3/4/2024", "25/12/2023"), ("three", "5/6/2024", "12/25/2023")):
        file.write_text(f"Body,User,Date\n{text},@,{day}\nmore {text},ann,{other}\n")
        file_imports.import_file(workspace, file, TAMROW, mapping=mapping)
    with connect(workspace.mentions) as con:
        con.execute("update reject set payload = replace(payload::varchar, '@', 'bob')")
    assert retry.retry(workspace, settings.Settings()).stored == 2
    found = rows(workspace, "select text, happened_at::date from touch where account_id = 'file:bob' order by all")
    assert found == [("three", date(2024, 5, 6)), ("two", date(2024, 4, 3))]


def test_a_row_that_is_rejected_again_is_tried_in_the_order_of_the_last_time(workspace: Workspace):
    workspace.folder.mkdir(parents=True)
    file, mapping = workspace.folder / "a.csv", {"text": "Body", "author": "User", "at": "Date"}
    file.write_text("Body,User,Date\nhi,@,3/4/2024\n")
    for order, day_first in (("", False), ("dmy", True)):
        file_imports.import_file(workspace, file, TAMROW, mapping=mapping, dates=order)
        assert rows(workspace, "select day_first from reject") == [(day_first,)]


IMPORTS = """insert into import by name
select unnest(['1', '2', '3']) as file_sha256, unnest(['a', 'a', 'b']) as file,
    unnest([true, false, true]) as day_first,
    file_sha256::int * interval 1 day + timestamp '2026-01-01' as updated_at,
    'tamrow' as brand, 'mapped' as format, 9 as rows_read, 0 as rows_stored, true as finished"""
REJECTS = """insert into reject by name
select unnest(['a', 'b', 'c']) as file, file as reject_id, 1 as row_number, '' as reason, '{}' as payload,
    timestamp '2026-01-01' as rejected_at"""


def test_the_order_of_rejects_of_before_is_that_of_the_last_file_at_their_path():
    steps = sorted((store.HERE / "schema" / "mentions").glob("*.sql"))
    place = next(place for place, step in enumerate(steps) if step.stem.endswith("_order_of_rejects"))
    with duckdb.connect() as con:
        for step in steps[:place]:
            con.execute(step.read_text(encoding="utf-8"))
        con.execute(IMPORTS)
        con.execute(REJECTS)
        con.execute(steps[place].read_text(encoding="utf-8"))
        found = con.execute("select file, day_first from reject order by file").fetchall()
    assert found == [("a", False), ("b", True), ("c", None)]


SOURCE = """[brand]
key = "tamrow"
name = "Tamrow Build"
[[sources]]
type = "file"
path = "inbox/{0}.csv"
brand = "{1}"
map = {{id = "No", text = "Body", author = "User", at = "Date"}}
"""


@pytest.mark.parametrize("brand", ["tamrow", "Tamrow Build"])
def test_rejects_whose_ids_were_taken_are_stored_once_their_source_has_a_name(brand: str, workspace: Workspace):
    (workspace.folder / "inbox").mkdir(parents=True)
    toml = workspace.folder / "brand.toml"
    for name in ("first", "second"):
        rows_of = f"No,Body,User,Date\n1,hello from {name},ann,2026-01-01\n2,bye from {name},bo,2026-01-02\n"
        (workspace.folder / "inbox" / f"{name}.csv").write_text(rows_of)
    both = SOURCE.format("first", brand) + SOURCE.format("second", brand).split("\n", 3)[3]
    toml.write_text(both)
    found = list(file_imports.collect_files(workspace, settings.load(workspace.folder)))
    assert found == [
        "first.csv: 2 stored of 2",
        "second.csv: 0 stored of 2 (0 already had, 0 not about tamrow, 2 rejected)",
    ]
    assert set(reasons(workspace)) == {TAKEN}
    assert retry.retry(workspace, settings.load(workspace.folder)).stored == 0
    toml.write_text(f'{both}name = "shop"\n')
    assert list(file_imports.collect_files(workspace, settings.load(workspace.folder))) == []
    assert retry.retry(workspace, settings.load(workspace.folder)).stored == 2
    ids = rows(workspace, "select touch_id from touch order by 1")
    assert ids == [("file:1",), ("file:2",), ("shop:1",), ("shop:2",)]
    assert reasons(workspace) == []
