"""How far the import of each file has come, saved in one transaction with what was read."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipeline.store import Workspace, connect, incoming, now, query, transaction
from pipeline.touch import Brand, Reject, sound
from pipeline.touches import save_rejects, save_touches


@dataclass(frozen=True)
class FileCursor:
    """How far the import of a file has come; ``again``: its content was read before, for the same brand."""

    file: str
    sha256: str
    brand: Brand
    format: str
    rows_read: int
    finished: bool
    mapping: Mapping[str, str] | None = None
    source: str = "file"
    day_first: bool | None = None
    again: bool = False


@dataclass(frozen=True)
class Known:
    """Under which name the rejects of a file are kept, and how its dates were read before, if they were."""

    file: str
    was_read: bool = False
    day_first: bool | None = None


def read_known(workspace: Workspace, path: Path, sha256: str, brand: str) -> Known:
    """Return what is known of a file: by its content, wherever it lay then, so that its rejects are kept once."""
    asked = {"file_sha256": sha256, "typed": sound(str(path)), "brand": brand}
    found = []
    if workspace.mentions.exists():
        with connect(workspace.mentions) as con:
            found = con.execute(query("known_import"), asked).fetchall()
    return Known(*found[0]) if found else Known(sound(str(path.resolve())))


def save_chunk(
    workspace: Workspace, touches: pa.Table, rejects: Sequence[Reject], cursor: FileCursor
) -> tuple[int, list[Reject]]:
    """Save touches, rows of TOUCH_SCHEMA, with their payloads, rejects and the file's cursor in one transaction.

    Returns how many touches were new, and the rows that became rejects since another message has their id.
    """
    with connect(workspace.mentions) as con, transaction(con):
        return save_in(con, touches, rejects, cursor)


def save_in(
    con: duckdb.DuckDBPyConnection, touches: pa.Table, rejects: Sequence[Reject], cursor: FileCursor
) -> tuple[int, list[Reject]]:
    """Save a chunk as save_chunk does, in a database that is open: so no other process stores rows at its moment."""
    moment = now()
    if touches.num_rows or rejects:  # else a name that was mistyped would be marked in the texts to every other brand
        con.execute(query("save_brand"), {"brand": cursor.brand.key, "name": cursor.brand.name, "now": moment})
    stored, clashes = save_rows(con, touches, rejects, cursor, moment)
    skipped = {"rows_skipped": touches.num_rows - stored + len(rejects)}
    con.execute(query("save_import"), cursor_values(cursor, stored) | skipped | {"now": moment})
    save_moment(con, cursor.file, cursor.brand.key, moment, cursor.sha256)
    return stored, clashes


def save_moment(con: duckdb.DuckDBPyConnection, file: str, brand: str, moment: datetime, sha256: str | None) -> None:
    """Keep that a moment's rows are of the import of this content, else of all that are known by the file's name."""
    values = {"file": file, "brand": brand, "now": moment, "file_sha256": sha256}
    con.execute(query("save_import_moment"), values)


def save_rows(
    con: duckdb.DuckDBPyConnection, touches: pa.Table, rejects: Sequence[Reject], cursor: FileCursor, moment: datetime
) -> tuple[int, list[Reject]]:
    """Save the rows of a chunk and return what save_chunk does."""
    stored, clashes = save_touches(con, touches, moment, cursor.again) if touches.num_rows else (0, [])
    settle(con, touches, cursor.file)
    if rejects or clashes:
        save_rejects(con, [*rejects, *clashes], cursor.file, moment, cursor.day_first)
    return stored, clashes


def settle(con: duckdb.DuckDBPyConnection, touches: pa.Table, file: str) -> None:
    """Delete the rejects of a file that was imported before, of which the same row is a touch by now."""
    with incoming(con, touches.select(["number", "payload"])):
        pairs = con.execute(query("touches_of_rejects"), {"file": file}).fetchall()
    done = [key for key, then, now in pairs if json.loads(then) == json.loads(now)]
    con.execute("delete from reject where list_contains($ids, reject_id)", {"ids": done})


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
        "day_first": cursor.day_first,
    }
