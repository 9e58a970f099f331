"""What a workspace holds: its counts, derived tables, rejects, brands and imported files."""

from typing import Any

import duckdb
import pyarrow as pa

from pipeline.store import StoreError, Workspace, blank, connect, count, query, reading
from pipeline.touch import Brand


def read_status(workspace: Workspace, model: str) -> dict[str, Any]:
    """Return the counts of the workspace; all zero, and nothing created, where nothing was imported yet.

    ``as_of`` and ``group`` are there only where the numbers are not of now and of everybody.
    """
    with reading(workspace.mentions) if workspace.mentions.exists() else blank() as con:
        found = counts(con, "status", model)
        if is_computed(con, "own"):
            found |= counts(con, "status_without_own", model)
        if is_computed(con, "identity"):
            found["persons"] = count(con, query("people"), {})
        return found | limits(con)


def counts(con: duckdb.DuckDBPyConnection, name: str, model: str) -> dict[str, Any]:
    """Return the one row of a statement on what a model has read."""
    cursor = con.execute(query(name), {"model": model})
    return dict(zip([column[0] for column in cursor.description or ()], cursor.fetchall()[0], strict=True))


def is_computed(con: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Say whether there is a derived table of this name."""
    return are_computed(con, name)


def are_computed(con: duckdb.DuckDBPyConnection, *names: str) -> bool:
    """Say whether there is a derived table of each of these names."""
    there = con.execute("select table_name from duckdb_tables() where schema_name = 'derived'").fetchall()
    return {name for (name,) in there}.issuperset(names)


def limits(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return the day ``as_of`` and the ``group`` of the numbers, each only where they are not of now or everybody."""
    if not is_computed(con, "setting"):
        return {}
    found = dict(zip(("as_of", "group"), con.execute(query("limits")).fetchall()[0], strict=True))
    return {name: value for name, value in found.items() if value}


def check_unlimited(workspace: Workspace, what: str) -> None:
    """Raise StoreError where the numbers are not of everybody and of now, which ``what`` needs."""
    with reading(workspace.mentions) as con:
        found = limits(con)
    if found:
        told = " and ".join(f"{name} {value}" for name, value in found.items())
        raise StoreError(
            f"{what} needs the numbers of everybody and of now; they are those of {told}: run refresh first"
        )


def read_metric(workspace: Workspace, name: str, many: int | None = None) -> pa.Table:
    """Return a derived table, or its first rows; raises StoreError where nothing was computed yet."""
    if workspace.mentions.exists():
        with reading(workspace.mentions) as con:
            if is_computed(con, name):
                return con.sql(
                    f"select * from derived.{name} order by all limit $many", params={"many": many}
                ).to_arrow_table()
    raise StoreError(f"{name} was not computed yet: run relate or refresh first")


def read_rejects(workspace: Workspace, many: int) -> pa.Table:
    """Return the newest rejects as they came, none where nothing was imported yet.

    Columns: file, row_number, reason, payload, rejected_at.
    """
    with reading(workspace.mentions) if workspace.mentions.exists() else blank() as con:
        return con.sql(query("newest_rejects"), params={"many": many}).to_arrow_table()


def count_rejects(workspace: Workspace) -> int:
    """Return how many rejects there are."""
    with reading(workspace.mentions) if workspace.mentions.exists() else blank() as con:
        return count(con, "select count(*) from reject", {})


def read_brands(workspace: Workspace) -> list[Brand]:
    """Return the brands that touches were imported for."""
    if not workspace.mentions.exists():
        return []
    with reading(workspace.mentions) as con:
        return [
            Brand(key, name) for key, name in con.execute("select brand, name from brand order by brand").fetchall()
        ]


def read_imported(workspace: Workspace) -> set[tuple[str, str]]:
    """Return (SHA-256, brand) of every file that was imported to its end."""
    with connect(workspace.mentions) as con:
        rows = con.execute("select file_sha256, brand from import where finished").fetchall()
    return {(digest, brand) for digest, brand in rows}
