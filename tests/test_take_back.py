"""An import that is taken back leaves nothing behind, and takes nothing with it that is another's."""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline import (
    commands_files,
    commands_imports,
    file_imports,
    forget,
    journal,
    journal_reads,
    retry,
    run,
    settings,
    store,
)
from pipeline.contents import read_status
from pipeline.file_cursors import FileCursor, save_chunk
from pipeline.imports import find_import, read_imports
from pipeline.locks import working
from pipeline.publish import ModelFacts
from pipeline.rehearse import rehearse
from pipeline.rows import TOUCH_SCHEMA, touch_table
from pipeline.source_settings import FileSource
from pipeline.store import StoreError, Workspace, connect, open_published
from pipeline.take_back import take_back
from pipeline.touch import Account, Brand, Mapped, Record, Touch
from tests.test_files import REVIEWS, brandwatch_file, stored_texts
from tests.test_store import Fixed

OAK, ELM = Brand("oak", "Oak"), Brand("elm", "Elm")
MAP = {"id": "Id", "text": "Body", "author": "User", "at": "Date", "name": "Name"}
FIRST = (("1", "lovely stairs", "ana"), ("2", "they creak", "ben"), ("3", "late again", "cleo"))
WRONG = (
    ("3", "late again", "cleo"),
    ("4", "my number is 555", "ana"),
    ("5", "call me", "dora"),
    ("6", "no day", "eve"),
)
TABLES = ("touch", "raw", "account", "account_learnt", "score", "score_beside", "cluster_of", "text_vector", "reject")
TABLES += ("import", "import_moment", "brand")


def table(path: Path, rows: Iterable[Sequence[str]], name: str = "") -> Path:
    """Write rows of (number, text, author); number 6 has no date."""
    path.parent.mkdir(exist_ok=True)
    with path.open("w", newline="") as out:
        csv.writer(out).writerow(["Id", "Body", "User", "Date", "Name"])
        for number, text, author in rows:
            day = "" if number == "6" else f"2025-01-{int(number):02}"
            csv.writer(out).writerow([number, text, author, day, name])
    return path


def taken_in(place: Workspace, file: Path, brand: Brand = OAK, **options: Any) -> tuple[int, int, int, int]:
    """Import a table; return how many rows were read, stored, there already, and rejected."""
    counts = file_imports.import_file(place, file, brand, mapping=MAP, **options)
    return counts.read, counts.stored, counts.already, sum(counts.rejected.values())


def held(place: Workspace) -> dict[str, list[tuple]]:
    """Return what a workspace holds."""
    with connect(place.mentions) as con:
        return {name: con.execute(f"select * from {name} order by all").fetchall() for name in TABLES}


def asked(place: Workspace, sql: str) -> list[tuple]:
    with connect(place.mentions) as con:
        return con.execute(sql).fetchall()


def refresh(place: Workspace) -> None:
    run.refresh(place, settings.load(place.folder), Fixed, lambda: ModelFacts("fixed"))


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Two files that have a row in common, of which the second has a reject."""
    return table(tmp_path / "first.csv", FIRST), table(tmp_path / "wrong.csv", WRONG, "Nobody")


def test_what_an_import_stored_goes_with_all_that_was_made_of_it_and_what_people_typed_stays(
    files, workspace: Workspace
):
    taken_in(workspace, files[0])
    run.score(workspace, settings.Settings(), Fixed())
    before = held(workspace)
    assert taken_in(workspace, files[1]) == (4, 2, 1, 1)
    label = {"brand": "oak", "touch_id": "file:5", "label": "negative"}
    journal.save_labels(workspace, [label], "Mo", drawn=True)
    journal.save_note(workspace, "oak", "file:dora", "prefers mornings", "Mo")
    run.score(workspace, settings.Settings(), Fixed())
    gone = take_back(workspace, find_import(workspace, "wrong.csv"))
    assert (gone.touches, gone.accounts, gone.rejects, gone.sources) == (2, 0, 1, {"file": 2})
    after = held(workspace)
    dora = [row for row in after["account"] if row[0] == "file:dora"]  # people wrote of her
    assert after == before | {"account": sorted([*before["account"], *dora])} and len(dora) == 1
    assert forget.is_unfinished(workspace)
    refresh(workspace)
    assert not forget.is_unfinished(workspace)
    with open_published(workspace.published) as con:
        assert con.execute("select text from pub.touch order by happened_at").fetchall() == [(t,) for _, t, _ in FIRST]
    assert all(b"my number is 555" not in path.read_bytes() for path in workspace.folder.glob("*.duckdb"))
    assert taken_in(workspace, files[1]) == (4, 2, 1, 1)
    assert len(journal_reads.read_labels_since(workspace, "oak", datetime(2025, 1, 1))) == 1


def test_a_row_that_another_file_skipped_comes_back_with_it(files, workspace: Workspace):
    (workspace.folder / "inbox").mkdir(parents=True)
    entry = 'type = "file"\npath = "inbox/*"\nbrand = "oak"\nmap = { ' + ", ".join(
        f'{k} = "{v}"' for k, v in MAP.items()
    )
    (workspace.folder / "brand.toml").write_text(f"[[sources]]\n{entry} }}\n")
    chosen = settings.load(workspace.folder)
    table(workspace.folder / "inbox" / "early.csv", FIRST[1:])
    assert list(file_imports.collect_files(workspace, chosen)) == ["early.csv: 2 stored of 2"]
    taken_in(workspace, files[0])
    late = table(workspace.folder / "inbox" / "late.csv", reversed(FIRST))
    assert taken_in(workspace, late) == (3, 0, 3, 0)
    assert taken_in(workspace, files[0], ELM) == (3, 3, 0, 0)  # of the same file, but it skipped nothing
    gone = take_back(workspace, find_import(workspace, "first.csv", "oak"))
    assert (gone.touches, gone.unread) == (1, [(str(late), "oak")])  # early.csv came before, and skipped nothing of it
    assert read_status(workspace, "fixed")["unfinished_imports"] == 1
    assert list(file_imports.collect_files(workspace, chosen)) == [
        "late.csv: 1 stored of 3 (2 already had, 0 not about oak, 0 rejected)"
    ]
    assert list(file_imports.collect_files(workspace, chosen)) == []
    assert asked(workspace, "select brand, count(*) from touch group by all order by all") == [("elm", 3), ("oak", 3)]


def test_rejects_that_two_imports_of_a_file_share_come_back_with_the_other_one(files, workspace: Workspace):
    assert taken_in(workspace, files[1], ELM) == taken_in(workspace, files[1]) == (4, 3, 0, 1)
    assert (gone := take_back(workspace, find_import(workspace, "wrong.csv", "elm"))).rejects == 1
    assert gone.unread == [(str(files[1]), "oak")] and asked(workspace, "from reject") == []
    assert asked(workspace, "select brand from brand") == [("oak",)]  # nobody meant elm
    assert taken_in(workspace, files[1]) == (4, 0, 3, 1) and len(asked(workspace, "from reject")) == 1


def test_what_a_file_taught_of_people_who_stay_is_not_known_any_more(workspace: Workspace):
    for digest, who in enumerate((Account("x:1", "x"), Account("x:1", "x", "ana", "my number is 555", "organisation"))):
        touch = Touch(f"x:{digest}", "x", "oak", who, "in", "mention", datetime(2025, 1, 6), "hello")
        cursor = FileCursor(f"{digest}.csv", str(digest), OAK, "mapped", 1, finished=True)
        save_chunk(workspace, touch_table([Mapped(Record(1, {}), touch)]), [], cursor)
    account = "select account_id, handle, name, kind from account"
    assert asked(workspace, account) == [("x:1", "ana", "my number is 555", "organisation")]
    take_back(workspace, find_import(workspace, "1.csv"))
    assert (
        asked(workspace, account) == [("x:1", None, None, "person")] and asked(workspace, "from account_learnt") == []
    )


def try_again(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> int:
    """Map rows without a day, as an upgrade might; return how many touches that made."""
    with monkeypatch.context() as patch:
        patch.setattr(retry, "by_file", lambda brand, *_: lambda records: [mended(each, brand) for each in records])
        return retry.retry(place, settings.Settings()).stored


def mended(record: Record, brand: Brand) -> Mapped:
    who, text = Account(f"file:{record.values['User']}", "file"), record.values["Body"]
    return Mapped(record, Touch(f"file:{text}", "file", brand.key, who, "in", "mention", datetime(2025, 1, 6), text))


def test_what_retry_stored_of_a_file_goes_with_it(files, workspace: Workspace, monkeypatch: pytest.MonkeyPatch):
    taken_in(workspace, files[1])
    assert try_again(workspace, monkeypatch) == 1
    gone = take_back(workspace, find_import(workspace, "wrong.csv"))
    assert gone.touches == 4 and asked(workspace, "from touch") == [] == asked(workspace, "from account")


def weekly(place: Workspace, path: Path) -> tuple[str, str]:
    """Import two exports that come to one path, each with a row without a day; return their SHA-256."""
    for text, who in (("first week", "eve"), ("second week", "fay")):
        taken_in(place, table(path, [*FIRST[:2], ("6", text, who)]))
    second, first = (each.sha256 for each in read_imports(place))
    return first, second


TEXTS = "select text from touch where text like '% week' order by text"


def test_what_retry_stored_goes_with_the_import_that_brought_it_alone(
    tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
):
    first, second = weekly(workspace, tmp_path / "export.csv")
    assert try_again(workspace, monkeypatch) == 2
    assert take_back(workspace, find_import(workspace, second)).touches == 1
    assert asked(workspace, TEXTS) == [("first week",)]
    assert take_back(workspace, find_import(workspace, first)).touches == 3 and asked(workspace, "from touch") == []


def test_what_retry_stored_with_another_brand_goes_with_that_brand_s_import(
    tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "export.csv"
    _, second = weekly(workspace, path)
    taken_in(workspace, path, ELM)
    assert try_again(workspace, monkeypatch) == 4
    # The first week, too: nobody imported that content for elm, so it is of all that the path brought for elm.
    assert take_back(workspace, find_import(workspace, second, "elm")).touches == 4
    assert asked(workspace, TEXTS.replace("text from", "text, brand from")) == [
        ("first week", "oak"),
        ("second week", "oak"),
    ]
    assert take_back(workspace, find_import(workspace, second)).touches == 1


def test_of_rejects_of_before_nobody_knows_the_import_and_what_comes_of_them_goes_with_any_of_their_path(
    tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
):
    _, second = weekly(workspace, tmp_path / "export.csv")
    with connect(workspace.mentions) as con:
        con.execute("update reject set rejected_at = timestamp '2020-01-01'")
    assert try_again(workspace, monkeypatch) == 2
    assert take_back(workspace, find_import(workspace, second)).touches == 2 and asked(workspace, TEXTS) == []


def test_a_message_beside_another_at_its_link_is_not_stored_again_when_that_one_is_gone(
    tmp_path: Path, workspace: Workspace
):
    for name, review in zip("ab", REVIEWS, strict=False):
        file_imports.import_file(workspace, brandwatch_file(tmp_path / f"{name}.csv", review), OAK)
    gone = take_back(workspace, find_import(workspace, "a.csv"))
    assert (gone.touches, gone.unread) == (1, [])
    assert file_imports.import_file(workspace, tmp_path / "b.csv", OAK).already == 1
    assert stored_texts(workspace) == [("Bob", "They creak")]
    assert file_imports.import_file(workspace, tmp_path / "a.csv", OAK).stored == 1


def test_whoever_was_forgotten_stays_so_and_so_does_a_brand_with_which_something_was_typed(files, workspace: Workspace):
    taken_in(workspace, files[0])
    journal.save_annotation(workspace, "oak", date(2025, 1, 3), "new website", "Mo")
    forget.forget(workspace, "file:ana", "Mo")
    assert take_back(workspace, find_import(workspace, "first.csv")).touches == 2
    assert asked(workspace, "select brand from brand") == [("oak",)] and read_imports(workspace) == []
    assert taken_in(workspace, files[0]) == (3, 2, 1, 0)
    assert asked(workspace, "select count(*) from account where handle = 'ana'") == [(0,)]


def test_a_take_back_that_fails_takes_nothing_and_of_an_import_of_before_none_is_begun(files, workspace: Workspace):
    taken_in(workspace, files[1])
    before = held(workspace)
    with connect(workspace.mentions) as con:
        con.execute("alter table unfinished_forget rename to elsewhere")  # its last statement fails
    with pytest.raises(duckdb.CatalogException):
        take_back(workspace, find_import(workspace, "wrong.csv"))
    assert held(workspace) == before
    step = (store.HERE / "schema" / "mentions" / "017_imports_taken_back.sql").read_text(encoding="utf-8")
    with connect(workspace.mentions) as con:
        con.execute("drop table import_moment")
        con.execute(step[: step.index("-- Rows that were about")])
    taken_in(workspace, files[1])
    with pytest.raises(StoreError, match=r"wrong\.csv was imported before Orchard kept which rows"):
        take_back(workspace, find_import(workspace, "wrong.csv"))


def test_an_import_is_found_by_its_id_or_file_and_no_two_are_mistaken(workspace: Workspace):
    assert read_imports(workspace) == [] and not workspace.folder.exists()
    for file, digest, brand in (("/a/first.csv", "f1", OAK), ("/a/first.csv", "f1", ELM), ("/b/first.csv", "f2", OAK)):
        save_chunk(workspace, TOUCH_SCHEMA.empty_table(), [], FileCursor(file, digest, brand, "mapped", 0, True))
    newest = read_imports(workspace)[0]
    assert find_import(workspace, "f2") == find_import(workspace, "/b/first.csv") == newest
    assert find_import(workspace, "/a/first.csv", "elm").brand == "elm"
    for wanted, brand, words in (
        ("first.csv", "oak", "f2  oak  /b/first.csv"),
        ("f1", None, "f1  elm  /a/first.csv"),
        ("second.csv", None, "no such import; `imports` lists"),
        ("", None, "no such import"),
    ):
        with pytest.raises(StoreError) as error:
            find_import(workspace, wanted, brand)
        assert words in str(error.value)


def test_the_command_tells_what_went_and_what_will_come_again(
    files, workspace: Workspace, in_workspace, capsys: pytest.CaptureFixture[str]
):
    in_workspace(workspace)
    with pytest.raises(StoreError, match="no such import"):
        commands_imports.take_back_("wrong.csv")
    assert not workspace.folder.exists()
    taken_in(workspace, files[1])
    entry = f'type = "file"\npath = "{files[1]}"\nbrand = "oak"\nmap = {{ ' + ", ".join(
        f'{k} = "{v}"' for k, v in MAP.items()
    )
    (workspace.folder / "brand.toml").write_text(
        f'[[sources]]\n{entry} }}\n[[sources]]\ntype = "bluesky"\nbrand = "oak"\n'
    )
    commands_imports.imports()
    assert f"{read_imports(workspace)[0].id}   wrong.csv   oak" in capsys.readouterr().out
    commands_imports.take_back_("wrong.csv")
    told = capsys.readouterr().out.splitlines()
    assert told[:4] == [
        "taken back: wrong.csv, imported for oak",
        "touches                  3",
        "accounts                 3  that had no other touch",
        "rejects                  1",
    ]
    assert told[4].startswith("it counts from the next refresh on")
    assert told[5].startswith(f"the next refresh imports {files[1]} again") and len(told) == 6
    assert asked(workspace, "select command, detail from run") == [("take-back", "3 touches of wrong.csv")]
    status = read_status(workspace, "m")
    assert status["imports_taken_back"] == 1 and status["removed_by_networks"] == {}


def test_touches_that_a_network_may_have_brought_too_are_told(workspace: Workspace):
    touch = Touch("bluesky:at://x/1", "bluesky", "oak", None, "out", "mention", datetime(2025, 1, 6), "open")
    save_chunk(
        workspace, touch_table([Mapped(Record(1, {}), touch)]), [], FileCursor("f", "d", OAK, "orchard", 1, True)
    )
    chosen = settings.Settings(sources=({"type": "bluesky", "brand": "oak"}, {"type": "hackernews", "brand": "oak"}))
    found = find_import(workspace, "f")
    lines = list(commands_imports.networks(chosen, found, take_back(workspace, found)))
    assert len(lines) == 1 and lines[0].startswith("1 of the touches were of bluesky, which [[sources]] reads, too")


def test_a_dry_run_tells_what_the_import_then_does_and_stores_nothing(
    tmp_path: Path, workspace: Workspace, in_workspace, capsys: pytest.CaptureFixture[str]
):
    in_workspace(workspace)
    rows = (*WRONG, WRONG[1], ("1", "ugly stairs", "ana"), ("2", "they creak", "ben"), ("7", "\x1b[31mred", "a\nb"))
    file, map = table(tmp_path / "new.csv", rows), ",".join(f"{k}={v}" for k, v in MAP.items())
    commands_files.import_("oak", file, map=map, dry_run=True)
    alone = capsys.readouterr().out
    assert f"{'would be stored':18}{6:>8}  as touches with oak" in alone and not workspace.folder.exists()
    assert "touch  2025-01-03 00:00:00  in   cleo  late again" in alone
    taken_in(workspace, table(tmp_path / "first.csv", FIRST))
    taken_in(workspace, table(tmp_path / "elm.csv", WRONG), ELM)
    forget.forget(workspace, "file:ben", "Mo")
    before = workspace.mentions.read_bytes()
    commands_files.import_("oak", file, map=map, dry_run=True)
    dry = capsys.readouterr().out
    assert workspace.mentions.read_bytes() == before
    commands_files.import_("oak", file, map=map)
    done = capsys.readouterr().out
    reasons = asked(workspace, f"select reason from reject where file = '{file}' order by row_number")
    assert dry.startswith(done.replace("stored         ", "would be stored"))
    assert [int(line.split()[-1]) for line in re.findall(r"^(?:stored|already|rej).*? +\d+", done, re.M)] == [3, 3, 2]
    assert dry[len(done) :].splitlines() == [
        "touch  2025-01-04 00:00:00  in   ana  my number is 555",
        "touch  2025-01-05 00:00:00  in   dora  call me",
        "touch  2025-01-07 00:00:00  in   a b  \ufffd[31mred",
        f"reject  row 4  {reasons[0][0]}",
        f"reject  row 6  {reasons[1][0]}",
        "nothing was stored: this was a dry run",
    ]


def test_what_another_spelling_of_the_brand_had_comes_back_with_its_own_import(files, workspace: Workspace):
    oaks = Brand("Oak Stairs", "Oak Stairs")
    assert taken_in(workspace, files[0], oaks) == (3, 3, 0, 0)
    assert taken_in(workspace, table(files[0].parent / "more.csv", [*FIRST, WRONG[2]])) == (4, 4, 0, 0)
    (workspace.folder / "brand.toml").write_text('[brand]\nkey = "oak"\nname = "Oak Stairs"\n')
    refresh(workspace)
    gone = take_back(workspace, find_import(workspace, "more.csv"))
    assert [Path(file).name for file, _ in gone.unread] == ["first.csv"]


def test_a_dry_run_waits_for_an_import_that_is_only_beginning(files, workspace: Workspace):
    with working(workspace, "import"), pytest.raises(StoreError, match="import"):
        rehearse(workspace, files[0], OAK, wait=0, mapping=MAP)


def test_a_sheet_that_an_entry_reads_is_told(tmp_path: Path):
    (tmp_path / "care.xlsx").write_bytes(b"what is in it does not matter here")
    entry = FileSource(
        type="file", path="care.xlsx", brand="oak", sheet="Feb", map={"text": "a", "author": "b", "at": "c"}
    )
    there = file_imports.sha256(tmp_path / "care.xlsx", entry.map, False, "Feb")
    assert commands_imports.is_same(tmp_path / "care.xlsx", entry, there)
    assert not commands_imports.is_same(tmp_path / "care.xlsx", entry.model_copy(update={"sheet": "Mar"}), there)


def test_a_dry_run_reads_one_file(tmp_path: Path):
    with pytest.raises(commands_files.FileError, match="--dry-run reads one file"):
        commands_files.import_("oak", None, folder=tmp_path, dry_run=True)
