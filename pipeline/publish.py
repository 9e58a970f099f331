"""What follows from the facts: derived tables computed, and copied into the file that the dashboard reads."""

import os
from datetime import datetime

import duckdb
import pyarrow as pa

from pipeline.metrics import METRICS, sql
from pipeline.settings import Settings
from pipeline.store import FORM, StoreError, Workspace, connect, incoming, now, query, quoted, transaction

ENTRY_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("entry_id", "brand", "account_id", "direction", "kind", "text", "author")]
    + [("happened_at", pa.timestamp("us")), ("written_at", pa.timestamp("us"))]
)


def relate(workspace: Workspace, settings: Settings, model: str) -> int:
    """Compute every metric from the facts and the journal in one transaction; return the number of relationships."""
    until = now()
    entries = read_entries(workspace)
    with connect(workspace.mentions) as con, transaction(con):
        save_setting(con, settings, model, until)
        with incoming(con, entries):
            con.execute("create or replace table derived.entry as select * from incoming")
        for name in METRICS:
            con.execute(f"create or replace table derived.{name} as {sql(name)}")
        return int(con.execute("select count(*) from derived.person").fetchall()[0][0])


def read_entries(workspace: Workspace) -> pa.Table:
    """Return what people typed into the journal."""
    with connect(workspace.journal) as con:
        cursor = con.execute("select * from entry order by happened_at, entry_id")
        names = [column[0] for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return pa.Table.from_pylist(rows, schema=ENTRY_SCHEMA)


def save_setting(con: duckdb.DuckDBPyConnection, settings: Settings, model: str, until: datetime) -> None:
    """Write the settings that metrics depend on where their queries find them."""
    con.execute(
        query("save_setting"),
        {
            "model": model,
            "entries_until": until,
            "own": settings.brand.key if settings.brand else None,
            "staff": [handle.lower() for handle in settings.staff],
            "bots": [handle.lower() for handle in settings.bots],
        },
    )


def publish(workspace: Workspace) -> None:
    """Build the dashboard's file beside the old one and swap it in one step.

    Whoever reads the old file keeps it whole until he opens anew; leftovers of a killed publish are removed first.
    """
    for leftover in workspace.folder.glob("published-*.building*"):
        leftover.unlink()
    new = workspace.folder / f"published-{os.getpid()}.building"
    with connect(workspace.mentions) as con:
        if not con.execute("select 1 from duckdb_tables() where table_name = 'ledger'").fetchall():
            raise StoreError("there is nothing to publish yet: run relate or refresh first")
        con.execute(f"attach {quoted(new)} as pub")
        with transaction(con):
            for statement in con.extract_statements(query("publish")):
                con.execute(statement, {"now": now(), "form": FORM} if statement.named_parameters else None)
        con.execute("checkpoint pub")
        con.execute("detach pub")
    new.replace(workspace.published)
