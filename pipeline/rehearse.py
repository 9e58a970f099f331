"""An import is rehearsed: what it would do is done in memory, beside what the workspace has of the same messages."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipeline import file_imports
from pipeline.file_cursors import FileCursor, save_in
from pipeline.locks import working
from pipeline.store import Workspace, blank, connect, incoming, query, transaction
from pipeline.touch import Brand, Counts, Reject

MANY = 3  # rows that are shown
WHOLE = ("salt", "removal", "forgotten", "import_taken_back")
KEYS = {"touch": "touch_id, brand", "raw": "touch_id, brand", "account": "account_id"}

Shown = tuple[datetime, str, str | None, str]  # of a touch: when, direction, who wrote, text


@dataclass(frozen=True)
class Rehearsed:
    """What an import would do, and the first of what it would keep; ``rejects`` are (number of the row, reason)."""

    counts: Counts
    touches: list[Shown]
    rejects: list[tuple[int, str]]


def rehearse(workspace: Workspace, path: Path, brand: Brand, wait: float, **options: Any) -> Rehearsed:
    """Import a file as ``file_imports.import_file`` does with these options, but store nothing, and make no file.

    Raises FileError where the file cannot be read, and StoreError where another process has the workspace.
    """
    there, first = workspace.mentions.exists(), list[Shown]()
    lock = working(workspace, "import --dry-run", wait) if workspace.folder.exists() else nullcontext()
    with lock, blank() as con:
        if there:
            take_whole(workspace, con)

        def keep(touches: pa.Table, rejects: Sequence[Reject], cursor: FileCursor) -> tuple[int, list[Reject]]:
            if there:
                take_known(workspace, con, touches)
            with transaction(con):
                saved = save_in(con, touches, rejects, cursor)
            if len(first) < MANY:
                with incoming(con, touches):
                    first.extend(con.execute(query("first_touches"), {"many": MANY - len(first)}).fetchall())
            return saved

        counts = file_imports.import_file(workspace, path, brand, **options, keep=keep)
        rejects = con.execute(query("first_rejects"), {"many": MANY}).fetchall()
    return Rehearsed(counts, first, rejects)


def take_whole(workspace: Workspace, con: duckdb.DuckDBPyConnection) -> None:
    """Take what is kept of messages and people that are gone."""
    with connect(workspace.mentions) as facts:
        found = {table: facts.sql(f"select * from {table}").to_arrow_table() for table in WHOLE}
    con.execute("delete from salt")
    for table, rows in found.items():
        with incoming(con, rows):
            con.execute(f"insert into {table} by name select * from incoming")


def take_known(workspace: Workspace, con: duckdb.DuckDBPyConnection, touches: pa.Table) -> None:
    """Take what the workspace has of some touches, of those at the same links, and of their accounts."""
    with connect(workspace.mentions) as facts, incoming(facts, touches):
        facts.execute(query("link_ids"))
        facts.execute(query("known_touches"))
        found = {table: facts.sql(f"select * from known_{table}").to_arrow_table() for table in KEYS}
    for table, rows in found.items():
        with incoming(con, rows):
            new = f"select * from incoming anti join {table} using ({KEYS[table]})"
            con.execute(f"insert into {table} by name {new}")
