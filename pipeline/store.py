"""The only module that opens DuckDB: connect, migrate, run a statement."""

import errno
import fcntl
import os
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipeline.turns import turn

HERE = Path(__file__).parent
FORM = 8  # of the published file: to be raised when the dashboard asks for what an older file does not hold
MIGRATING = threading.Lock()  # other processes wait for the file, but two sessions of one dashboard share it
OPENING = threading.Lock()  # nor does one of them open a file while the other one closes it
OPEN_SECONDS = 20.0  # how long a short write of another process is waited for
PATIENT_SECONDS = 600.0  # where nobody sits and waits: whoever computes all numbers has the file open for minutes
REFUSED = re.compile("Permission denied|Operation not permitted|Read-only file system")  # what the system says


class StoreError(RuntimeError):
    """The workspace cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Workspace:
    """The folder of one company's data, with the three files that hold it."""

    folder: Path

    @property
    def mentions(self) -> Path:
        """The facts and what was derived from them; only the pipeline opens it."""
        return self.folder / "mentions.duckdb"

    @property
    def journal(self) -> Path:
        """What people typed; opened for short writes by either side."""
        return self.folder / "journal.duckdb"

    @property
    def published(self) -> Path:
        """What the dashboard reads; replaced whole."""
        return self.folder / "published.duckdb"

    @property
    def lock(self) -> Path:
        """The lock of whoever changes the facts."""
        return self.folder / "orchard.lock"


def now() -> datetime:
    """Return this moment as naive UTC."""
    return datetime.now(UTC).replace(tzinfo=None)


def query(name: str) -> str:
    """Return the text of a statement in pipeline/sql."""
    return (HERE / "sql" / f"{name}.sql").read_text(encoding="utf-8")


@contextmanager
def connect(path: Path, seconds: float = OPEN_SECONDS) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open one of the workspace's files for a short write, migrated to the newest schema, and close it.

    Waits so long for another process's write. Raises StoreError where the file stays locked or cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with turn_of(path, seconds), named(path), closing(open_patiently(path)) as con:
        prepare(con)
        with MIGRATING:
            migrate(con, HERE / "schema" / path.stem)
        yield con


@contextmanager
def reading(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open one of the workspace's files, which is there, for a short read, and close it.

    As `connect` does, but where the system lets us read it alone it is opened so. Raises StoreError where it would have
    to be written all the same, since its schema is not the newest.
    """
    with turn_of(path), named(path):
        try:
            con, may_write = open_patiently(path), True
        except duckdb.IOException as error:
            if not REFUSED.search(str(error)):
                raise
            con, may_write = open_patiently(path, read_only=True), False
        with closing(con):
            prepare(con)
            with MIGRATING:
                if may_write:
                    migrate(con, HERE / "schema" / path.stem)
                else:
                    check_newest(con, path)
            yield con


@contextmanager
def kept_open(path: Path) -> Iterator[None]:
    """Keep one of the workspace's files open for a block of short reads and writes, each of which connects to it.

    To open a file costs 20 ms, to connect to one that this process has open next to nothing. Other processes wait until
    the block ends, so nothing is downloaded in it and no model runs; nor is the file replaced, as `rewrite` does.
    """
    with turn_of(path), named(path), closing(open_patiently(path)):
        yield


@contextmanager
def turn_of(path: Path, seconds: float = OPEN_SECONDS) -> Iterator[None]:
    """Keep other processes from opening the file, from before it is opened until it is closed.

    Raises StoreError where another one does not close it, or it cannot be locked.
    """
    with ExitStack() as held:
        try:
            held.enter_context(turn(path, seconds))
        except OSError as error:
            raise StoreError(f"{path} cannot be read or written: {error.strerror}; {advice(error)}") from error
        yield


@contextmanager
def closing(con: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """Close a connection after the block."""
    try:
        yield con
    finally:
        with OPENING:
            con.close()


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Raise StoreError naming the file where it is locked or damaged, or the disk is full."""
    try:
        yield
    except duckdb.OperationalError as error:
        raise StoreError(f"{path} cannot be read or written: {error}") from error


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Let moments be UTC, and nothing be fetched from the network."""
    con.execute("set TimeZone = 'UTC'")
    con.execute("set autoinstall_known_extensions = false")


@contextmanager
def blank() -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield an empty database of the newest schema, in memory."""
    with scratch() as con:
        migrate(con, HERE / "schema" / "mentions")
        yield con


@contextmanager
def scratch() -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a database of no tables, in memory."""
    with duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'")
        yield con


def open_patiently(path: Path, seconds: float = OPEN_SECONDS, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a file, trying again while another process has it, or another session of this one closes it.

    A file of no bytes is made anew.
    """
    end = time.monotonic() + seconds
    while True:
        try:
            with OPENING:
                return duckdb.connect(path, read_only=read_only)
        except (duckdb.IOException, duckdb.ResourceInUseException) as error:
            if "not a valid DuckDB database" in str(error) and remove_empty(path):
                continue
            if not re.search("lock|already attached", str(error)) or time.monotonic() > end:
                raise
            time.sleep(0.05)


def remove_empty(path: Path) -> bool:
    """Take away a database file of no bytes, which is what a full disk leaves of a new one; say whether that was done.

    Not one that another process is just making: it has the file locked.
    """
    if not path.is_file() or path.stat().st_size or path.with_name(f"{path.name}.wal").exists():
        return False
    with path.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        empty = os.fstat(file.fileno()).st_size == 0
        if empty:
            path.resolve().unlink()
    return empty


def write_note(path: Path, text: str) -> None:
    """Write a small file whole, or leave what was there. Raises StoreError naming it where that cannot be done."""
    new = path.with_name(f"{path.name}.new")
    try:
        new.write_text(text, encoding="utf-8")
        new.replace(path)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise StoreError(f"{path} cannot be written: {error.strerror}; {advice(error)}") from error


def advice(error: OSError) -> str:
    """Return what to do about a file that the system does not let us write."""
    if error.errno == errno.ETIMEDOUT:
        return "try again when that is done"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "make room there, then do it again: what was stored before is kept"
    return "see to it that it may be written, then do it again"


def rewrite(path: Path) -> None:
    """Copy one of the workspace's files without what was deleted in it, and put the copy in its place.

    DuckDB marks deleted rows and reuses their blocks some day: until then the words are still in the file. Where the
    path is a link it stays one: the words are in the file that it leads to.
    """
    place = path.resolve()
    new = place.with_name(f"{path.stem}-{os.getpid()}.rewriting")
    for leftover in place.parent.glob(f"{path.stem}-*.rewriting*"):
        leftover.unlink()
    with connect(path) as con:
        copy(con, place, new)
        new.replace(place)  # still under the file's lock: whoever waits for it opens the copy


def copy(con: duckdb.DuckDBPyConnection, path: Path, new: Path) -> None:
    """Write what one of the workspace's files holds, which is open here, to a new file.

    By SQL: to read the file itself would take the lock from it, and miss what is in its write-ahead log.
    """
    ((name,),) = con.execute("select current_database()").fetchall()  # after the file that a link leads to
    name = name.replace('"', '""')
    con.execute(f"attach {quoted(new)} as fresh")
    new.chmod(path.stat().st_mode & 0o7777)  # before anything is in it: who may read it is the owner's choice
    con.execute(f'copy from database "{name}" to fresh')
    con.execute("checkpoint fresh")
    con.execute("detach fresh")


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit all of a block, or nothing."""
    con.execute("begin")
    try:
        yield
    except BaseException:
        con.execute("rollback")
        raise
    con.execute("commit")


def migrate(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Apply the numbered files that are not recorded yet, each with its record in one transaction.

    Raises StoreError where the file was written by a newer Orchard.
    """
    con.execute("create table if not exists migration (number integer primary key, name text, applied_at timestamp)")
    for number, file in missing(con, folder).items():
        with transaction(con):
            con.execute(file.read_text(encoding="utf-8"))
            con.execute("insert into migration values (?, ?, ?)", [number, file.stem, now()])


def missing(con: duckdb.DuckDBPyConnection, folder: Path) -> dict[int, Path]:
    """Return the numbered files that are not recorded yet, in order. Raises StoreError where one is not known here."""
    done = {number for (number,) in con.execute("select number from migration").fetchall()}
    steps = {int(file.name[:3]): file for file in sorted(folder.glob("[0-9][0-9][0-9]_*.sql"))}
    if done - set(steps):
        raise StoreError(f"this workspace was written by a newer Orchard (schema {max(done)}); upgrade Orchard")
    return {number: steps[number] for number in sorted(set(steps) - done)}


def check_newest(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Raise StoreError where a file that may not be written is not of the newest schema."""
    if missing(con, HERE / "schema" / path.stem):
        raise StoreError(
            f"{path} was written by an earlier Orchard and may only be read here: whoever may write it has to run "
            "python -m pipeline refresh first"
        )


@contextmanager
def incoming(con: duckdb.DuckDBPyConnection, table: pa.Table) -> Iterator[None]:
    """Let statements read an Arrow table by the name ``incoming``."""
    con.register("incoming", table)
    yield
    con.unregister("incoming")  # after an error the transaction is void, and the connection goes with it


def count(con: duckdb.DuckDBPyConnection, sql: str, values: Mapping[str, Any]) -> int:
    """Run a statement and return its one number: rows inserted, or a count selected."""
    return int(con.execute(sql, dict(values)).fetchall()[0][0])


def open_published(path: Path) -> duckdb.DuckDBPyConnection:
    """Open the dashboard's file for reading, in a way that neither blocks nor is blocked by a publish.

    The connection is in memory with the file attached: opening the file itself would share a stale copy within the
    process after a swap. Raises StoreError where nothing is readable, or another version of
    Orchard has published it.
    """
    con = duckdb.connect()
    try:
        con.execute("set TimeZone = 'UTC'")
        con.execute("set autoinstall_known_extensions = false")
        con.execute(f"attach {quoted(path)} as pub (read_only)")
        columns = con.execute("select column_name from duckdb_columns() where table_name = 'meta'").fetchall()
        form = con.execute("select form from pub.meta").fetchall() if ("form",) in columns else []
    except duckdb.Error as error:
        con.close()
        raise StoreError(f"{path} cannot be read: {error}") from error
    if form != [(FORM,)]:
        con.close()
        raise StoreError(f"{path} was published by another version of Orchard: run python -m pipeline refresh")
    return con


def quoted(path: Path) -> str:
    """Return a path as an SQL string, for ATTACH, which takes no parameters."""
    return "'" + str(path).replace("'", "''") + "'"
