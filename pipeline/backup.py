"""A backup: one dated file of what a workspace cannot fetch or compute again, made whole or not at all."""

import json
import os
import shutil
import time
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from pipeline import forgotten, store
from pipeline.forgotten import Forgotten
from pipeline.store import StoreError, Workspace, advice, connect, query

FORM = 1  # of the file; to be raised when an older Orchard could not read it any more
JOURNAL, SETTINGS, ABOUT = "journal.duckdb", "brand.toml", "about.json"
DAILY, ASIDE = "orchard-backup", "orchard-before-restore"
UNREADABLE = "journal-damaged"  # what `restore --replace` calls a journal that cannot be opened
RESTORING = ".restoring-"
# What a zip that is none of ours, or was cut off or changed, raises; an encrypted one is a RuntimeError.
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, TypeError, ValueError, RuntimeError)
# Rows of the journal that are named where a backup is told of -> in words, one and several.
TOLD = {"entry": ("offline touch", "offline touches"), "label": ("label", "labels"), "merge": ("merge", "merges")}


@dataclass(frozen=True)
class Held:
    """What a journal holds: how many rows of each kind, and when the newest was typed, in UTC (None where none was)."""

    rows: Mapping[str, int]
    newest: datetime | None

    def words(self) -> str:
        """Return it in words."""
        named = [f"{self.rows.get(what, 0)} {called[self.rows.get(what, 0) != 1]}" for what, called in TOLD.items()]
        others = sum(many for what, many in self.rows.items() if what not in TOLD)
        newest = f"the newest change is of {self.newest:%Y-%m-%d %H:%M:%S} UTC" if self.newest else "nothing was typed"
        return f"{', '.join(named)} and {others} other rows; {newest}"


@dataclass(frozen=True)
class Opened:
    """A backup that is open: its journal as a file of its own, brand.toml if it has one, and who was forgotten."""

    form: int
    journal: Path
    settings: bytes | None
    forgotten: Forgotten
    held: Held


def make(workspace: Workspace, folder: Path, kind: str = DAILY) -> tuple[Path, Held]:
    """Back up what was typed, brand.toml and who was forgotten into a new file of a folder; return it and its content.

    Others may type meanwhile: it holds what was there at one moment. It is opened and looked at before it has its name.
    Raises StoreError where there is nothing to back up, or it cannot be written.
    """
    if not workspace.journal.exists():
        raise StoreError(f"{workspace.folder} has no {JOURNAL}: nothing was typed there yet")
    known = forgotten.read(workspace)
    path = named_now(folder, kind, known.mark)
    if path.exists():
        time.sleep(1)  # two in one second, as of two restores: the later one has the name of the next
        path = named_now(folder, kind, known.mark)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with bench(folder, f".{kind}-{known.mark}-") as there:
            held = write(workspace, there, path.name, known)
            check(there / path.name, there, held)
            if path.exists():
                raise StoreError(f"{path} is there already")
            (there / path.name).rename(path)
    except OSError as error:
        raise StoreError(f"{folder} cannot be written: {error.strerror or error}; {advice(error)}") from error
    except duckdb.Error as error:
        raise StoreError(f"{workspace.journal} cannot be backed up: {error}") from error
    return path, held


@contextmanager
def bench(folder: Path, prefix: str) -> Iterator[Path]:
    """Yield a folder to work in that nobody else may read and that goes afterwards; what a killed run left goes first.

    The prefix is that of one workspace, whose lock is held: two of them may share the folder.
    """
    sweep(folder, prefix)
    with TemporaryDirectory(prefix=prefix, dir=folder) as there:
        yield Path(there)


def sweep(folder: Path, prefix: str) -> None:
    """Remove the folders to work in that a killed run left."""
    for leftover in folder.glob(f"{prefix}*"):
        shutil.rmtree(leftover)


def named_now(folder: Path, kind: str, mark: str) -> Path:
    """Return the name of a backup that is made now, to the second."""
    return folder / f"{kind}-{store.now():%Y-%m-%dT%H%M%S}-{mark}.zip"


def write(workspace: Workspace, there: Path, name: str, known: Forgotten) -> Held:
    """Write a backup of this name to a folder, and return what it holds."""
    with connect(workspace.journal) as con:
        held = look(con)
        store.copy(con, workspace.journal, there / JOURNAL)
    about = {"orchard_backup": FORM, "made_at": store.now(), **asdict(held), "forgotten": asdict(known)}
    with (there / name).open("xb") as file:
        (there / name).chmod(0o600)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
            zipped.writestr(ABOUT, json.dumps(about, default=str))
            zipped.write(there / JOURNAL, JOURNAL)
            if (workspace.folder / SETTINGS).exists():
                zipped.write(workspace.folder / SETTINGS, SETTINGS)
        file.flush()
        os.fsync(file.fileno())
    (there / JOURNAL).unlink()  # it is unpacked again to be looked at: a small disk need not hold it twice
    return held


def check(file: Path, there: Path, held: Held) -> None:
    """Raise StoreError where a backup that was just written does not hold what it should."""
    with opened(file, there) as found, connect(found.journal) as con:
        if look(con) != held or found.held != held:
            raise StoreError(f"{file.name} was not written as it should be: it holds {look(con).words()}")


def look(con: duckdb.DuckDBPyConnection) -> Held:
    """Return what a journal holds."""
    rows = con.execute(query("held")).fetchall()
    return Held({what: many for what, many, _ in rows}, max((newest for _, _, newest in rows), default=None))


def rows_of(workspace: Workspace) -> int:
    """Return how many rows the journal of a workspace holds."""
    if not workspace.journal.exists():
        return 0
    with connect(workspace.journal) as con:
        return sum(look(con).rows.values())


def rows_in(file: Path) -> int:
    """Return how many rows the journal of a backup holds by what stands in it; of what is no backup 0."""
    try:
        with zipfile.ZipFile(file) as zipped:
            return sum(map(int, json.loads(zipped.read(ABOUT))["rows"].values()))
    except (OSError, AttributeError, *DAMAGED):
        return 0


@contextmanager
def opened(file: Path, there: Path) -> Iterator[Opened]:
    """Open a backup in a folder of its own below ``there``, its journal of the newest schema.

    Raises StoreError where it cannot be read, is none, is damaged or was made by a newer Orchard.
    """
    with TemporaryDirectory(dir=there) as folder:
        try:
            found = unpacked(file, folder)
        except OSError as error:
            raise StoreError(f"{file}: cannot be opened: {error.strerror or error}") from error
        except DAMAGED as error:
            raise StoreError(f"{file}: is no backup of Orchard, or it is damaged: {error}") from error
        check_form(file, found)
        try:
            with connect(found.journal):
                pass  # it is of the newest schema now
        except (StoreError, duckdb.Error) as error:
            raise StoreError(f"{file}: its journal cannot be opened: {error}") from error
        yield found


def unpacked(file: Path, folder: str) -> Opened:
    """Return a backup whose journal is unpacked into a folder; raises OSError, or one of DAMAGED."""
    with zipfile.ZipFile(file) as zipped:
        about = json.loads(zipped.read(ABOUT))
        known, newest = about["forgotten"], about["newest"]
        return Opened(
            form=int(about["orchard_backup"]),
            journal=Path(zipped.extract(JOURNAL, folder)),
            settings=zipped.read(SETTINGS) if SETTINGS in zipped.namelist() else None,
            forgotten=Forgotten(str(known["salt"]), tuple(known["people"]), tuple(known["messages"])),
            held=Held(about["rows"], newest and datetime.fromisoformat(newest)),
        )


def check_form(file: Path, found: Opened) -> None:
    """Raise StoreError where a backup is of a form that is not known here."""
    if found.form > FORM:
        raise StoreError(f"{file}: was made by a newer Orchard (form {found.form}); upgrade Orchard")
