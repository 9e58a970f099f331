"""Computes metrics: the query of each, and where SQL is not enough, a pure function over what the query found."""

from collections.abc import Callable

import duckdb
import pyarrow as pa

from pipeline.metrics import (
    debias,
    drift,
    feeling_path,
    functions,
    level,
    log_rank,
    rhythm,
    sql,
    trend,
    turning,
    verdict,
    why,
)

# Metric -> the function that makes its table from the rows of its query. No function opens a database.
FINISH: dict[str, Callable[[pa.Table], pa.Table]] = {
    "debias": debias.finish,
    "drift": drift.finish,
    "feeling_path": feeling_path.finish,
    "level": level.finish,
    "verdict": verdict.finish,
    "rhythm": rhythm.finish,
    "trend": trend.finish,
    "turning": turning.finish,
    "why": why.finish,
    "log_rank": log_rank.finish,
}


def build(con: duckdb.DuckDBPyConnection, *names: str) -> None:
    """Compute the tables derived.NAME in this order, each from the facts and the tables before it."""
    con.execute(functions())
    for name in names:
        compute(con, name)


def compute(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Compute one table, on a connection that has the SQL functions."""
    if name not in FINISH:
        con.execute(f"create or replace table derived.{name} as {sql(name)}")
        return
    found = FINISH[name](con.sql(sql(name)).to_arrow_table())
    con.register("found", found)
    con.execute(f"create or replace table derived.{name} as select * from found")
    con.unregister("found")
