"""The only module that opens DuckDB: connect, migrate, save, read."""

import json
import os
import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import filelock
import pyarrow as pa

from pipeline.touch import Account, Brand, Mapped, Record, Reject, dump, sound

HERE = Path(__file__).parent
FORM = 5  # of the published file: to be raised when the dashboard asks for what an older file does not hold
MIGRATING = threading.Lock()  # other processes wait for the file, but two sessions of one dashboard share it
OPEN_SECONDS = 20.0  # how long a short write of another process is waited for
TEXTS = (
    *("touch_id", "brand", "account_id", "source", "handle", "name", "kind", "touch_source", "direction", "touch_kind"),
    *("conversation", "reply_to", "text", "url", "author", "payload", "link", "email"),
)
TOUCH_SCHEMA = pa.schema(
    [("number", pa.int64()), ("public", pa.bool_()), ("addressed", pa.bool_()), ("verified", pa.bool_())]
    + [("happened_at", pa.timestamp("us"))]
    + [(name, pa.string()) for name in TEXTS]
)
# Columns of TOUCH_SCHEMA by the fields that they come from.
TOUCH_COLUMNS = {"touch_id": "id", "touch_source": "source", "touch_kind": "kind", "happened_at": "at"} | {
    name: name
    for name in ("brand", "direction", "text", "public", "addressed", "conversation", "reply_to", "url", "author")
}
ACCOUNT_COLUMNS = {"account_id": "id"} | {field.name: field.name for field in fields(Account) if field.name != "id"}

READING_SCHEMA = pa.schema(
    [("text", pa.string()), ("language", pa.string()), ("rule", pa.string()), ("doubtful", pa.bool_())]
    + [(label, pa.float32()) for label in ("negative", "neutral", "positive")]
)


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
def working(workspace: Workspace, what: str, wait: float = 0.0) -> Iterator[None]:
    """Hold the workspace's lock, so that two pipelines never change it at once; a killed holder frees it.

    Raises StoreError saying who holds it, after ``wait`` seconds.
    """
    workspace.folder.mkdir(parents=True, exist_ok=True)
    holder = workspace.folder / "orchard.holder.json"
    try:
        with filelock.FileLock(workspace.lock, timeout=wait):
            holder.write_text(
                json.dumps({"pid": os.getpid(), "command": what, "since": now().isoformat(" ", "seconds")})
            )
            try:
                yield
            finally:
                holder.unlink(missing_ok=True)
    except filelock.Timeout as error:
        raise StoreError(f"{workspace.folder} is in use by {who_holds(holder)}; try again when it is done") from error


@contextmanager
def following(workspace: Workspace, source: str) -> Iterator[None]:
    """Be the only one that follows a source: two would move one cursor. Raises StoreError where another one does."""
    workspace.folder.mkdir(parents=True, exist_ok=True)
    try:
        with filelock.FileLock(workspace.folder / f"follow-{source}.lock", timeout=0):
            yield
    except filelock.Timeout as error:
        raise StoreError(f"{source} of {workspace.folder} is followed by another process already") from error


def who_holds(holder: Path) -> str:
    """Return words for the process that wrote the holder's note."""
    try:
        note = json.loads(holder.read_text())
    except (OSError, ValueError):
        return "another process"
    return f"`{note['command']}` (process {note['pid']}, since {note['since']} UTC)"


@contextmanager
def connect(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open one of the workspace's files for a short write, migrated to the newest schema, and close it.

    Waits for another process's short write. Raises StoreError where the file stays locked or cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        con = open_patiently(path)
        try:
            con.execute("set TimeZone = 'UTC'")
            con.execute("set autoinstall_known_extensions = false")
            with MIGRATING:
                migrate(con, HERE / "schema" / path.stem)
            yield con
        finally:
            con.close()
    except duckdb.OperationalError as error:  # locked, damaged, disk full
        raise StoreError(f"{path} cannot be read or written: {error}") from error


@contextmanager
def blank() -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield an empty database of the newest schema, in memory."""
    with duckdb.connect() as con:
        migrate(con, HERE / "schema" / "mentions")
        yield con


@contextmanager
def scratch() -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a database of no tables, in memory."""
    with duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'")
        yield con


def open_patiently(path: Path, seconds: float = OPEN_SECONDS) -> duckdb.DuckDBPyConnection:
    """Open a file read-write, trying again while another process has it, or another session of this one closes it."""
    end = time.monotonic() + seconds
    while True:
        try:
            return duckdb.connect(path)
        except (duckdb.IOException, duckdb.ResourceInUseException) as error:
            if not re.search("lock|already attached", str(error)) or time.monotonic() > end:
                raise
            time.sleep(0.05)


def rewrite(path: Path) -> None:
    """Copy one of the workspace's files without what was deleted in it, and put the copy in its place.

    DuckDB marks deleted rows and reuses their blocks some day: until then the words are still in the file.
    """
    new = path.with_name(f"{path.stem}-{os.getpid()}.rewriting")
    for leftover in path.parent.glob(f"{path.stem}-*.rewriting*"):
        leftover.unlink()
    with connect(path) as con:
        con.execute(f"attach {quoted(new)} as fresh")
        new.chmod(path.stat().st_mode & 0o7777)  # before anything is in it: who may read it is the owner's choice
        con.execute(f"copy from database {path.stem} to fresh")
        con.execute("checkpoint fresh")
        con.execute("detach fresh")
        new.replace(path)  # still under the file's lock: whoever waits for it opens the copy


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
    done = {number for (number,) in con.execute("select number from migration").fetchall()}
    steps = {int(file.name[:3]): file for file in sorted(folder.glob("[0-9][0-9][0-9]_*.sql"))}
    if done - set(steps):
        raise StoreError(f"this workspace was written by a newer Orchard (schema {max(done)}); upgrade Orchard")
    for number in sorted(set(steps) - done):
        with transaction(con):
            con.execute(steps[number].read_text(encoding="utf-8"))
            con.execute("insert into migration values (?, ?, ?)", [number, steps[number].stem, now()])


@contextmanager
def incoming(con: duckdb.DuckDBPyConnection, table: pa.Table) -> Iterator[None]:
    """Let statements read an Arrow table by the name ``incoming``."""
    con.register("incoming", table)
    yield
    con.unregister("incoming")  # after an error the transaction is void, and the connection goes with it


def count(con: duckdb.DuckDBPyConnection, sql: str, values: Mapping[str, Any]) -> int:
    """Run a statement and return its one number: rows inserted, or a count selected."""
    return int(con.execute(sql, dict(values)).fetchall()[0][0])


@dataclass(frozen=True)
class Reading:
    """What a model read in a text: three probabilities, or only the language where it does not read that."""

    text: str
    negative: float | None = None
    neutral: float | None = None
    positive: float | None = None
    doubtful: bool | None = None
    rule: str | None = None
    language: str | None = None


@dataclass(frozen=True)
class FileCursor:
    """How far the import of a file has come."""

    file: str
    sha256: str
    brand: Brand
    format: str
    rows_read: int
    finished: bool
    mapping: Mapping[str, str] | None = None
    source: str = "file"


def save_outcomes(
    workspace: Workspace, mapped: Sequence[Mapped], rejects: Sequence[Reject], cursor: FileCursor
) -> tuple[int, list[Reject]]:
    """Save touches, raw payloads, rejects and the file's cursor in one transaction.

    Returns how many touches were new, and the rows that became rejects since another message has their id.
    """
    return save_chunk(workspace, touch_table(mapped), rejects, cursor)


def save_chunk(
    workspace: Workspace, touches: pa.Table, rejects: Sequence[Reject], cursor: FileCursor
) -> tuple[int, list[Reject]]:
    """Save touches that are rows of TOUCH_SCHEMA already, as save_outcomes does."""
    moment = {"now": now()}
    with connect(workspace.mentions) as con, transaction(con):
        con.execute(query("save_brand"), {"brand": cursor.brand.key, "name": cursor.brand.name} | moment)
        stored, clashes = save_rows(con, touches, rejects, cursor.file)
        con.execute(query("save_import"), cursor_values(cursor, stored) | moment)
    return stored, clashes


def save_rows(
    con: duckdb.DuckDBPyConnection, touches: pa.Table, rejects: Sequence[Reject], file: str
) -> tuple[int, list[Reject]]:
    """Save the rows of a chunk and return what save_outcomes does."""
    stored, clashes = save_touches(con, touches) if touches.num_rows else (0, [])
    settle(con, touches, file)
    if rejects or clashes:
        with incoming(con, reject_table([*rejects, *clashes], file)):
            con.execute(query("save_rejects"), {"now": now()})
    return stored, clashes


def settle(con: duckdb.DuckDBPyConnection, touches: pa.Table, file: str) -> None:
    """Delete the rejects of a file that was imported before, of which the same row is a touch by now."""
    with incoming(con, touches.select(["number", "payload"])):
        pairs = con.execute(query("touches_of_rejects"), {"file": file}).fetchall()
    done = [key for key, then, now in pairs if json.loads(then) == json.loads(now)]
    con.execute("delete from reject where list_contains($ids, reject_id)", {"ids": done})


def save_touches(con: duckdb.DuckDBPyConnection, touches: pa.Table) -> tuple[int, list[Reject]]:
    """Save accounts, touches and raw payloads; return how many touches were new, and those whose id is another's."""
    touches = without_forgotten(con, touches)
    with incoming(con, touches):
        con.execute(query("save_accounts"))
        con.execute(query("save_raw"))
        stored = count(con, query("save_touches"), {"now": now()})
        clashes = con.execute(query("clashes")).fetchall()
    reason = "its id belongs to another message already; name the source with --source"
    return stored, [Reject(Record(number, json.loads(payload)), reason) for number, payload in clashes]


def without_forgotten(con: duckdb.DuckDBPyConnection, touches: pa.Table) -> pa.Table:
    """Return the touches without those of accounts that asked to be forgotten."""
    if not con.execute("select 1 from forgotten limit 1").fetchall():
        return touches
    with incoming(con, touches):
        return con.sql(query("without_forgotten")).to_arrow_table()


def cursor_values(cursor: FileCursor, stored: int) -> dict[str, Any]:
    """Return the cursor as parameters of save_import.sql."""
    return {
        "file_sha256": cursor.sha256,
        "brand": cursor.brand.key,
        "file": cursor.file,
        "format": cursor.format,
        "rows_read": cursor.rows_read,
        "rows_stored": stored,
        "finished": cursor.finished,
        "mapping": None if cursor.mapping is None else json.dumps(dict(cursor.mapping), ensure_ascii=False),
        "source": cursor.source,
    }


def touch_table(mapped: Sequence[Mapped]) -> pa.Table:
    """Return touches with their accounts and payloads as one Arrow table."""
    touches = [item.touch for item in mapped]
    columns: dict[str, list[Any]] = {
        "number": [item.record.number for item in mapped],
        "payload": [dump(item.record) for item in mapped],
    }
    columns |= {name: [getattr(touch, field) for touch in touches] for name, field in TOUCH_COLUMNS.items()}
    columns |= {
        name: [getattr(touch.account, field) if touch.account else None for touch in touches]
        for name, field in ACCOUNT_COLUMNS.items()
    }
    return pa.table([to_column(columns[f.name], f.type) for f in TOUCH_SCHEMA], schema=TOUCH_SCHEMA)


def to_column(values: list[Any], kind: pa.DataType) -> pa.Array:
    """Return values as a column; half a character pair, which no column takes, becomes U+FFFD."""
    try:
        return pa.array(values, kind)
    except UnicodeEncodeError:
        return pa.array([value if value is None else sound(value) for value in values], kind)


def reject_table(rejects: Sequence[Reject], file: str) -> pa.Table:
    """Return rejects as an Arrow table."""
    rows = [
        {
            "file": file,
            "row_number": reject.record.number,
            "reason": reject.reason,
            "payload": dump(reject.record),
            "broken": reject.record.problem is not None,
        }
        for reject in rejects
    ]
    return pa.Table.from_pylist(rows)


def read_unscored(workspace: Workspace, model: str, many: int) -> dict[str, list[str]]:
    """Return up to ``many`` distinct texts that the model has not read, by the brand that they are said to."""
    with connect(workspace.mentions) as con:
        rows = con.execute(query("unscored_texts"), {"model": model, "many": many}).fetchall()
    found: dict[str, list[str]] = {}
    for brand, text in rows:
        found.setdefault(brand, []).append(text)
    return found


def count_unscored(workspace: Workspace, model: str) -> int:
    """Return how many distinct texts the model has not scored; scores of equal texts are taken over first."""
    with connect(workspace.mentions) as con:
        con.execute(query("reuse_scores"), {"model": model, "now": now()})
        return count(con, query("count_unscored"), {"model": model})


def save_scores(workspace: Workspace, model: str, brand: str, readings: Sequence[Reading]) -> int:
    """Save what one model read in texts, for every mention that says them to the brand; return how many that were."""
    table = pa.Table.from_pylist([asdict(reading) for reading in readings], schema=READING_SCHEMA)
    with connect(workspace.mentions) as con, transaction(con), incoming(con, table):
        return count(con, query("save_scores"), {"model": model, "brand": brand, "now": now()})


def save_run(
    workspace: Workspace, run_id: str, command: str, started: datetime, outcome: str, detail: str = ""
) -> None:
    """Record what a run did; runs that were cut off by a crash are marked so when the next one starts."""
    finished = None if outcome == "running" else now()
    with connect(workspace.mentions) as con, transaction(con):
        if outcome == "running":
            con.execute("update run set outcome = 'cut off' where outcome = 'running'")
        con.execute(
            "insert or replace into run values (?, ?, ?, ?, ?, ?)",
            [run_id, command, started, finished, outcome, detail],
        )


def read_status(workspace: Workspace, model: str) -> dict[str, Any]:
    """Return the counts of the workspace; all zero, and nothing created, where nothing was imported yet."""
    with connect(workspace.mentions) if workspace.mentions.exists() else blank() as con:
        cursor = con.execute(query("status"), {"model": model})
        names = [column[0] for column in cursor.description or ()]
        return dict(zip(names, cursor.fetchall()[0], strict=True))


def read_metric(workspace: Workspace, name: str, many: int | None = None) -> pa.Table:
    """Return a derived table, or its first rows; raises StoreError where nothing was computed yet."""
    if workspace.mentions.exists():
        with connect(workspace.mentions) as con:
            if con.execute(
                "select 1 from duckdb_tables() where schema_name = 'derived' and table_name = ?", [name]
            ).fetchall():
                return con.sql(
                    f"select * from derived.{name} order by all limit $many", params={"many": many}
                ).to_arrow_table()
    raise StoreError(f"{name} was not computed yet: run relate or refresh first")


def read_rejects(workspace: Workspace, many: int) -> pa.Table:
    """Return the newest rejects as they came, none where nothing was imported yet.

    Columns: file, row_number, reason, payload, rejected_at.
    """
    with connect(workspace.mentions) if workspace.mentions.exists() else blank() as con:
        return con.sql(query("newest_rejects"), params={"many": many}).to_arrow_table()


def read_brands(workspace: Workspace) -> list[Brand]:
    """Return the brands that touches were imported for."""
    if not workspace.mentions.exists():
        return []
    with connect(workspace.mentions) as con:
        return [
            Brand(key, name) for key, name in con.execute("select brand, name from brand order by brand").fetchall()
        ]


def read_imported(workspace: Workspace) -> set[tuple[str, str]]:
    """Return (SHA-256, brand) of every file that was imported to its end."""
    with connect(workspace.mentions) as con:
        rows = con.execute("select file_sha256, brand from import where finished").fetchall()
    return {(digest, brand) for digest, brand in rows}


def open_published(path: Path) -> duckdb.DuckDBPyConnection:
    """Open the dashboard's file for reading, in a way that neither blocks nor is blocked by a publish.

    The connection is in memory with the file attached: opening the file itself would share a stale copy within the
    process after a swap (facts.md 1.1, trap B). Raises StoreError where nothing is readable, or another version of
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
