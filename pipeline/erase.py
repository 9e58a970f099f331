"""Touches are removed with all that was kept of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from pipeline.store import Workspace, connect, incoming, query

OF_TOUCHES = ("touch", "raw", "score", "score_beside", "cluster_of")


@dataclass(frozen=True)
class Erased:
    """How many touches were removed, and how many accounts with the last of theirs."""

    touches: int
    accounts: int


def erase(con: duckdb.DuckDBPyConnection, touches: pa.Table, brand: str, written: Sequence[str]) -> Erased:
    """Remove touches (column ``touch_id``) with a brand, or with all where it is empty, and all that was kept of them.

    With the last touch of an account that goes, too, unless it is among those of whom people have ``written``.
    """
    whose = {"brand": brand}
    with incoming(con, touches):
        removed = con.sql(query("touches_to_remove"), params=whose).to_arrow_table()
        for table in (*OF_TOUCHES, *derived(con, "touch_id")):
            gone = "touch_id in (select touch_id from incoming) and $brand in ('', brand)"
            con.execute(f"delete from {table} where {gone}", whose)
    with incoming(con, removed):
        left = con.sql(query("accounts_to_remove"), params={"written": list(written)}).to_arrow_table()
        con.execute(query("remove_vectors"))
    with incoming(con, left):
        for table in ("account", "account_learnt", *derived(con, "account_id")) if left.num_rows else ():
            con.execute(f"delete from {table} where account_id in (select account_id from incoming)")
    return Erased(removed.num_rows, left.num_rows)


def derived(con: duckdb.DuckDBPyConnection, column: str) -> list[str]:
    """Return the derived tables with a column: what is gone does not stay in them until the next relate."""
    found = con.execute(
        "select 'derived.' || table_name from duckdb_columns() where schema_name = 'derived' and column_name = $column",
        {"column": column},
    )
    return [table for (table,) in found.fetchall()]


def read_written(workspace: Workspace) -> list[str]:
    """Return the accounts that the journal has something about."""
    if not workspace.journal.exists():
        return []
    with connect(workspace.journal) as con:
        return [account for (account,) in con.execute(query("written_accounts")).fetchall() if account]
