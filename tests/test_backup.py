"""Backups of what people typed: whole or not at all, put back without loss, and never with who was forgotten."""

import json
import shutil
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from pipeline import backup, backups, commands_backup, forget, forgotten, journal, journal_changes, store
from pipeline.restore import restore
from pipeline.settings import Settings
from pipeline.store import StoreError, Workspace
from pipeline.touch import Account
from pipeline.typed import JournalError
from tests.conftest import ROOT
from tests.test_privacy import BRAND, OTHERS, ZELDA, said, save

TABLES = (
    "entry",
    "label",
    "fruit",
    "member",
    "note",
    "promise",
    "annotation",
    "saved_view",
    "contact",
    "merge",
    "undone",
)


def typed(place: Workspace) -> dict[str, list[tuple]]:
    """Return every row of the journal, by table."""
    with store.connect(place.journal) as con:
        return {table: con.execute(f"select * from {table} order by all").fetchall() for table in TABLES}


def type_some(place: Workspace) -> None:
    """Type five things, of which one is undone."""
    journal.save_note(place, BRAND, "x:1", "prefers mornings", "Mo")
    journal.save_members(place, ["x:1", "x:2"], "list", "VIP", True, "Mo")
    journal.save_merge(place, "x:1", "x:2", "they said so", "Mo")
    journal.save_labels(place, [{"brand": BRAND, "touch_id": "x:7", "label": "negative"}], "Mo", drawn=True)
    journal_changes.undo(place, journal.save_note(place, BRAND, "x:2", "a mistake", "Mo"), "Leo")


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace in which something was typed, and its backup."""
    workspace = Workspace(tmp_path_factory.mktemp("once"))
    type_some(workspace)
    (workspace.folder / "brand.toml").write_text('staff = ["mags"]\n')
    backup.make(workspace, workspace.folder / "backups")
    return workspace


@pytest.fixture
def made(once: Workspace, workspace: Workspace) -> tuple[Workspace, Path]:
    """A copy of it that a test may change, with the path of the backup."""
    shutil.copytree(once.folder, workspace.folder)
    (path,) = (workspace.folder / "backups").iterdir()
    return workspace, path


def test_what_was_lost_comes_back_whole(made: tuple[Workspace, Path]):
    place, path = made
    before = typed(place)
    newest = before["undone"][0][-1]
    with backup.opened(path, place.folder) as found:
        assert found.held == backup.Held({"label": 1, "member": 2, "merge": 1, "note": 2, "undone": 1}, newest)
        assert found.held.words() == (
            "0 offline touches, 1 label, 1 merge and 5 other rows; "
            f"the newest change is of {newest:%Y-%m-%d %H:%M:%S} UTC"
        )
    assert path.stat().st_mode & 0o777 == 0o600 and list(path.parent.iterdir()) == [path]
    place.journal.unlink()
    (place.folder / "brand.toml").unlink()
    done = restore(place, path, replace=False)
    assert (done.back, done.gone, done.aside, done.settings, done.anew) == (7, 0, None, "came", False)
    assert typed(place) == before
    assert (place.folder / "brand.toml").read_text() == 'staff = ["mags"]\n'


def test_a_journal_that_holds_more_is_replaced_only_when_told_to_and_kept_aside(made: tuple[Workspace, Path]):
    place, path = made
    before = typed(place)
    journal.save_note(place, BRAND, "x:3", "typed later", "Leo")
    (place.folder / "brand.toml").write_text('staff = ["leo"]\n')
    later = typed(place)
    with pytest.raises(StoreError, match=r"holds 1 rows that the backup lacks, .* by Leo: --replace keeps"):
        restore(place, path, replace=False)
    assert typed(place) == later
    done = restore(place, path, replace=True)
    assert (done.back, done.gone, done.settings) == (0, 1, "differs") and typed(place) == before
    assert (place.folder / "brand.toml").read_text() == 'staff = ["leo"]\n'  # it is never written over
    assert done.aside and done.aside.name.startswith("orchard-before-restore-")
    assert restore(place, done.aside, replace=False).back == 1
    assert typed(place) == later


def remade(path: Path, **members: bytes) -> None:
    """Write a zip of these members."""
    with zipfile.ZipFile(path, "w") as zipped:
        for name, content in members.items():
            zipped.writestr(name.replace("_", "."), content)


def about(path: Path, **changed: object) -> bytes:
    """Return what a backup tells of itself, with some of it changed."""
    with zipfile.ZipFile(path) as zipped:
        return json.dumps(json.loads(zipped.read(backup.ABOUT)) | changed).encode()


def test_what_is_no_sound_backup_is_refused_and_changes_nothing(made: tuple[Workspace, Path], tmp_path: Path):
    place, path = made
    before, sound, bad = typed(place), path.read_bytes(), tmp_path / "bad.zip"

    def refused(told: str) -> None:
        with pytest.raises(StoreError, match=rf"bad\.zip: {told}"):
            restore(place, bad, replace=True)

    refused("cannot be opened: No such file")
    bad.write_text("hello")
    refused("is no backup of Orchard, or it is damaged: File is not a zip file")
    bad.write_bytes(sound[: len(sound) // 2])
    refused("is no backup of Orchard, or it is damaged")
    middle = len(sound) // 2
    bad.write_bytes(sound[:middle] + bytes(byte ^ 255 for byte in sound[middle : middle + 9]) + sound[middle + 9 :])
    refused("is no backup of Orchard, or it is damaged")
    remade(bad, letter_txt=b"hello")
    refused("is no backup of Orchard, or it is damaged: .*about.json")
    remade(bad, about_json=about(path, orchard_backup=2), journal_duckdb=b"")
    refused("was made by a newer Orchard")
    remade(bad, about_json=about(path), journal_duckdb=b"hello")
    refused("its journal cannot be opened: .* not a valid DuckDB database")
    assert typed(place) == before
    assert not list(place.folder.glob(".*"))


def test_a_damaged_journal_is_kept_as_it_is_and_restored(made: tuple[Workspace, Path]):
    place, path = made
    before = typed(place)
    broken = b"\0" * 4096 + place.journal.read_bytes()[4096:]
    place.journal.write_bytes(broken)
    with pytest.raises(StoreError, match="not a valid DuckDB database file!; --replace keeps it aside as it is"):
        restore(place, path, replace=False)
    done = restore(place, path, replace=True)
    assert done.aside and done.aside.read_bytes() == broken
    assert typed(place) == before


def test_a_backup_of_an_earlier_orchard_is_brought_up_to_date(made: tuple[Workspace, Path], tmp_path: Path):
    place, path = made
    (tmp_path / "steps").mkdir()
    shutil.copy(ROOT / "pipeline" / "schema" / "journal" / "001_touches.sql", tmp_path / "steps")
    with duckdb.connect(tmp_path / "journal.duckdb") as con:
        store.migrate(con, tmp_path / "steps")
        con.execute(
            "insert into entry values ('e', 'b', 'x:1', 'out', 'call', $1, 'words', 'Mo', $1)", [datetime(2025, 1, 2)]
        )
    remade(tmp_path / "old.zip", about_json=about(path), journal_duckdb=(tmp_path / "journal.duckdb").read_bytes())
    place.journal.unlink()
    assert restore(place, tmp_path / "old.zip", replace=False).back == 1
    with store.connect(place.journal) as con:
        assert con.execute("select row_id, text from entry_now").fetchall() == [("e", "words")]


def test_a_file_that_is_there_is_never_written_over(made: tuple[Workspace, Path]):
    place, path = made
    mark = path.stem.rpartition("-")[2]
    for second in range(5):
        moment = store.now() + timedelta(seconds=second)
        (path.parent / f"orchard-backup-{moment:%Y-%m-%dT%H%M%S}-{mark}.zip").write_text("mine")
    before = {file.name: file.read_bytes() for file in path.parent.iterdir()}
    with pytest.raises(StoreError, match="is there already"):
        backup.make(place, path.parent)
    assert {file.name: file.read_bytes() for file in path.parent.iterdir()} == before


def test_a_backup_that_was_not_written_as_it_should_be_is_none(made: tuple[Workspace, Path], tmp_path: Path):
    _, path = made
    with pytest.raises(StoreError, match="was not written as it should be: it holds 0 offline touches, 1 label"):
        backup.check(path, tmp_path, backup.Held({"note": 9}, None))


def test_a_folder_without_a_journal_has_nothing_to_back_up(workspace: Workspace):
    with pytest.raises(StoreError, match=r"has no journal\.duckdb: nothing was typed there yet"):
        backup.make(workspace, workspace.folder / "backups")
    assert not workspace.folder.exists()


def test_who_was_forgotten_stays_away_and_the_backups_that_hold_them_are_named(
    workspace: Workspace, in_workspace, capsys: pytest.CaptureFixture[str]
):
    in_workspace(workspace)
    save(workspace, [said(1, ZELDA, "a porch"), said(3, OTHERS[0], "fine")])
    journal.save_note(workspace, BRAND, ZELDA.id, "zanzibar", "Mo")
    journal.save_labels(workspace, [{"brand": BRAND, "touch_id": "x:5001", "label": "negative"}], "Mo", drawn=True)
    given = {"brand": BRAND, "account_id": OTHERS[0].id, "kind": "referral", "for_account": ZELDA.id, "text": ""}
    journal.save_fruit(workspace, given | {"happened_at": datetime(2025, 1, 19), "author": "Mo"})
    path, _ = backup.make(workspace, workspace.folder / "backups")
    forget.forget(workspace, ZELDA.id, "Mo")
    journal.save_note(workspace, BRAND, OTHERS[0].id, "typed later", "Mo")
    clean, _ = backup.make(workspace, workspace.folder / "elsewhere")
    folders = [path.parent, clean.parent]
    assert backups.holding_forgotten(workspace, folders) == [path]
    workspace.journal.unlink()
    commands_backup.restore(path)
    told = capsys.readouterr().out
    assert "1 rows came back, 0 went" in told and "2 rows about people who were forgotten stayed away" in told
    rows = typed(workspace)
    assert [len(rows[table]) for table in ("note", "label", "fruit")] == [0, 0, 1]
    assert b"zanzibar" not in workspace.journal.read_bytes() and ZELDA.id not in str(rows)
    with pytest.raises(JournalError):  # the journal is new, and knows of them all the same
        journal.save_note(workspace, BRAND, ZELDA.id, "again", "Mo")
    path = path.rename(path.with_stem(f"{path.stem[:-6]}abc123"))  # as before a restore that brought another salt
    assert backups.holding_forgotten(workspace, folders) == [path]
    path.write_bytes(b"")  # what cannot be looked into may hold them
    assert backups.holding_forgotten(workspace, folders) == [path]
    (damaged := workspace.folder / "journal-damaged-2025-01-01T120000.duckdb").touch()
    (unpacked := workspace.folder / ".restoring-of-a-killed-one").mkdir()
    assert backups.holding_forgotten(workspace, folders) == [path, damaged] and not unpacked.exists()


@pytest.fixture(scope="module")
def forgot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup that was made after somebody was forgotten."""
    place = Workspace(tmp_path_factory.mktemp("forgot"))
    save(place, [said(1, ZELDA, "a porch")])
    journal.save_note(place, BRAND, OTHERS[0].id, "mornings", "Mo")
    forget.forget(place, ZELDA.id, "Mo")
    return backup.make(place, place.folder)[0]


def test_a_workspace_that_was_made_anew_learns_from_the_backup_who_was_forgotten(forgot: Path, workspace: Workspace):
    save(workspace, [said(1, ZELDA, "a porch"), said(3, OTHERS[0], "fine")])
    done = restore(workspace, forgot, replace=False)
    assert (done.back, done.forgotten, done.learnt, done.anew) == (1, 1, True, True)
    assert forgot.stem.endswith(forgotten.read(workspace).mark)
    again = [said(8, ZELDA, "again"), said(9, Account("x:zquux", "x", "zquux"), "again")]
    assert save(workspace, again, "e") == (0, [])
    with store.connect(workspace.mentions) as con:
        assert con.execute("select account_id from account").fetchall() == [(OTHERS[0].id,)]


def test_a_restore_that_was_cut_off_removes_the_forgotten_when_it_is_run_again(forgot: Path, workspace: Workspace):
    save(workspace, [said(1, ZELDA, "a porch"), said(3, OTHERS[0], "fine")])
    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("pipeline.restore.forget_again", interrupt)
        restore(workspace, forgot, replace=False)
    assert restore(workspace, forgot, replace=False).forgotten == 1
    with store.connect(workspace.mentions) as con:
        assert con.execute("select account_id from account").fetchall() == [(OTHERS[0].id,)]


def interrupt(*_: object) -> int:
    raise KeyboardInterrupt


def test_a_workspace_that_has_forgotten_somebody_keeps_its_own_salt(forgot: Path, workspace: Workspace):
    save(workspace, [said(1, ZELDA, "a porch"), said(3, OTHERS[0], "fine"), said(4, OTHERS[1], "fine")])
    forget.forget(workspace, OTHERS[1].id, "Mo")
    done = restore(workspace, forgot, replace=False)
    assert (done.forgotten, done.learnt) == (1, False)
    for account in (ZELDA, OTHERS[1]):  # under either salt
        with pytest.raises(JournalError):
            journal.save_note(workspace, BRAND, account.id, "again", "Mo")
    with store.connect(workspace.mentions) as con:
        assert con.execute("select account_id from account").fetchall() == [(OTHERS[0].id,)]


def test_whom_only_the_journal_knows_as_forgotten_stays_away_from_it_and_from_one_restored_of_its_backup(
    forgot: Path, workspace: Workspace, tmp_path: Path
):
    save(workspace, [said(4, OTHERS[1], "fine")])
    forget.forget(workspace, OTHERS[1].id, "Mo")  # so that the salt of the other backup cannot be taken over
    journal.save_note(workspace, BRAND, ZELDA.id, "zanzibar", "Mo")
    older, _ = backup.make(workspace, tmp_path / "older")
    restore(workspace, forgot, replace=True)
    done = restore(workspace, older, replace=True)
    assert done.away == 1 and len(typed(workspace)["note"]) == 0
    newer, elsewhere = backup.make(workspace, tmp_path / "newer")[0], Workspace(tmp_path / "elsewhere")
    elsewhere.folder.mkdir()
    restore(elsewhere, newer, replace=False)
    for account in (ZELDA, OTHERS[1]):
        with pytest.raises(JournalError):
            journal.save_note(elsewhere, BRAND, account.id, "again", "Mo")


def test_each_day_has_one_backup_and_the_oldest_of_ours_go(made: tuple[Workspace, Path], tmp_path: Path):
    place, path = made
    folder, mark = tmp_path / "kept", path.stem.rpartition("-")[2]
    folder.mkdir()
    older = [f"orchard-backup-2025-01-0{day}T120000-{mark}.zip" for day in range(1, 6)]
    others = [
        f"orchard-before-restore-2025-01-01T120000-{mark}.zip",
        "orchard-backup-2025-01-01T120000-abcdef.zip",  # another workspace's
        f"orchard-backup-mine-{mark}.zip",
    ]
    for name in (*older, *others):
        (folder / name).touch()
    (folder / f".orchard-backup-{mark}-of-a-killed-one").mkdir()
    chosen = Settings(backup={"folder": str(folder), "keep": 3})
    (line,) = backups.daily(place, chosen)
    new = Path(line.removeprefix("backed up to "))
    assert sorted(file.name for file in folder.iterdir()) == sorted([*older[3:], *others, new.name])
    assert backups.daily(place, chosen) == [] and backups.daily(place, Settings()) == []


def test_the_backups_of_a_journal_that_was_lost_are_kept(made: tuple[Workspace, Path]):
    place, path = made
    mark = path.stem.rpartition("-")[2]
    older = path.rename(path.with_name(f"orchard-backup-2025-01-01T120000-{mark}.zip"))
    chosen = Settings(backup={"folder": str(older.parent), "keep": 1})
    place.journal.unlink()
    journal.save_note(place, BRAND, "x:1", "typed since then", "Mo")
    with pytest.raises(StoreError, match=r"holds 1 rows, .*2025-01-01T120000.* held \d+: `restore` puts them back"):
        backups.daily(place, chosen)
    assert [*older.parent.glob("*.zip")] == [older]
    older.unlink()
    (line,) = backups.daily(place, chosen)
    assert line.startswith("backed up to ")
