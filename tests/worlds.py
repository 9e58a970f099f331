"""Small worlds with a known truth, for checking the numbers on the very queries that the pipeline runs."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa

from pipeline.file_cursors import FileCursor, save_chunk
from pipeline.metrics import functions
from pipeline.metrics.build import build
from pipeline.rows import touch_table
from pipeline.sections import NumberSettings
from pipeline.store import Workspace
from pipeline.touch import Mapped, Reject

START = datetime(2025, 1, 6)

TOUCH = {  # a row of the ledger, where a test does not say otherwise
    "touch_id": "t",
    "brand": "b",
    "account_id": "a",
    "source": "x",
    "direction": "in",
    "kind": "mention",
    "public": True,
    "addressed": True,
    "offline": False,
    "unprompted": True,
    "text": "words",
    "label": "neutral",
    "value": 0.0,
    "value_of_model": 0.0,
    "counts": True,
    "stated": False,
}


@cache
def student(people: float) -> float:
    """Return how much wider an interval of 90 % is whose error comes from so few people, as the queries have it."""
    con = duckdb.connect()
    con.execute(functions())
    return float(con.execute("select student($people)", {"people": people}).fetchall()[0][0])


def save_outcomes(
    workspace: Workspace, mapped: Sequence[Mapped], rejects: Sequence[Reject], cursor: FileCursor
) -> tuple[int, list[Reject]]:
    """Save what became of rows, as an import saves a chunk."""
    return save_chunk(workspace, touch_table(mapped), rejects, cursor)


def ledger(rows: Iterable[dict[str, Any]], as_of: datetime | None = None, **numbers: Any) -> duckdb.DuckDBPyConnection:
    """Return a database whose derived.ledger holds the rows, and whose derived.setting the given numbers.

    Where a row says nothing of them, every touch is a thread of its own; ``as_of`` is just after the last touch.
    """
    filled = [TOUCH | {"thread": row.get("touch_id", f"t{i}"), "touch_id": f"t{i}"} | row for i, row in enumerate(rows)]
    filled = [{"main_account_id": row["account_id"]} | row for row in filled]
    con = duckdb.connect()
    con.execute("create schema derived")
    keep(con, "ledger", filled)
    ((last,),) = con.execute("select max(happened_at) + interval 1 microsecond from derived.ledger").fetchall()
    until = as_of or last
    keep(con, "setting", [{"model": "fixed", "own": "b", "as_of": until} | NumberSettings(**numbers).model_dump()])
    con.execute(
        "create table derived.debias (brand text, source text, corrected boolean, sd double)"
    )  # nothing corrected
    con.execute("delete from derived.ledger where happened_at >= (select as_of from derived.setting)")
    return con


def keep(con: duckdb.DuckDBPyConnection, name: str, rows: list[dict[str, Any]]) -> None:
    """Make the table derived.NAME of the rows."""
    con.register("rows", pa.Table.from_pylist(rows))
    con.execute(f"create or replace table derived.{name} as select * from rows")
    con.unregister("rows")


def derived(
    rows: Iterable[dict[str, Any]], *names: str, as_of: datetime | None = None, **numbers: Any
) -> duckdb.DuckDBPyConnection:
    """Return a database with a ledger of the rows, and the given metrics computed from it in this order."""
    con = ledger(rows, as_of, **numbers)
    for name in names:
        build(con, name)
    return con


def table(con: duckdb.DuckDBPyConnection, name: str) -> list[dict[str, Any]]:
    """Return the rows of derived.NAME."""
    found: list[dict[str, Any]] = con.sql(f"select * from derived.{name} order by all").to_arrow_table().to_pylist()
    return found


def ledger_of(columns: dict[str, Any], as_of: datetime | None = None, **numbers: Any) -> duckdb.DuckDBPyConnection:
    """Return what ``ledger`` does of many rows, given as columns."""
    many = len(columns["happened_at"])
    same = {name: pa.repeat(pa.scalar(value), many) for name, value in TOUCH.items()}
    con = ledger([{"happened_at": START}], **numbers)
    con.register("rows", pa.table(same | {"touch_id": [f"t{i}" for i in range(many)]} | columns))
    con.execute("create or replace table derived.ledger as select * from rows")
    con.unregister("rows")
    last = "(select max(happened_at) + interval 1 microsecond from derived.ledger)"
    con.execute(f"update derived.setting set as_of = coalesce($until, {last})", {"until": as_of})
    con.execute("delete from derived.ledger where happened_at >= (select as_of from derived.setting)")
    return con
