"""Nothing is typed about somebody who was forgotten."""

from collections.abc import Iterable, Mapping
from typing import Any

import duckdb
import pyarrow as pa

from pipeline.store import Workspace, count, incoming, query, reading
from pipeline.typed import JournalError

# Without the id: the message stands on pages and in logs, and who was forgotten must not come back by that.
FORGOTTEN = (
    "nothing is kept about somebody who was forgotten, nor about their messages; a page that still shows them is to be "
    "loaded anew"
)
# What a row of the journal is about -> as what it was hashed.
NAMED = {"account_id": "account", "with_account_id": "account", "for_account": "account", "touch_id": "message"}


def check(con: duckdb.DuckDBPyConnection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Raise JournalError where one of the rows that are to be kept in a journal is about somebody forgotten."""
    names = sorted({f"{what} {row[key]}" for row in rows for key, what in NAMED.items() if row.get(key)})
    with incoming(con, pa.table({"name": pa.array(names, pa.string())})):
        if count(con, query("barred"), {}):
            raise JournalError(FORGOTTEN)


def check_account(workspace: Workspace, account_id: str) -> None:
    """Raise JournalError where an account was forgotten."""
    if workspace.journal.exists():
        with reading(workspace.journal) as con:
            check(con, [{"account_id": account_id}])
