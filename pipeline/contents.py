"""What a workspace holds: its counts, derived tables, rejects, brands and imported files."""

from typing import Any

import pyarrow as pa

from pipeline.store import StoreError, Workspace, blank, connect, query
from pipeline.touch import Brand


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
