"""The record of what was told outside of the dashboard, so that nothing is told twice."""

from collections.abc import Sequence
from datetime import datetime

import duckdb

from pipeline.store import Workspace, connect, query, transaction

LASTS = "now"  # the subject of a failure that no refresh has succeeded since

Told = tuple[str, str, str]  # kind, subject, address


def known(
    workspace: Workspace, addresses: Sequence[str], now: datetime, succeeded: bool
) -> tuple[dict[str, datetime], set[Told]]:
    """Return since when each address is told of anything, one that is new since ``now``; and what it knows already.

    ``succeeded``: a refresh has, so that the next failure is another one.
    """
    with connect(workspace.mentions) as con, transaction(con):
        if succeeded:
            end_failure(con, now)
        insert, select = con.extract_statements(query("save_recipients"))
        con.execute(insert, {"addresses": list(addresses), "now": now})
        since = dict(con.execute(select, {"addresses": list(addresses)}).fetchall())
        return since, set(con.execute(query("sent_notices"), {"now": now}).fetchall())


def end_failure(con: duckdb.DuckDBPyConnection, now: datetime) -> None:
    """Let the failure that was told last be one of the past."""
    con.execute("delete from notice where kind = 'failure' and subject = $1 and sent_at is null", [LASTS])
    until = f"until {now.isoformat()}"
    con.execute("update notice set subject = $1 where kind = 'failure' and subject = $2", [until, LASTS])


def save(workspace: Workspace, told: Told, tried_at: datetime, why: str) -> None:
    """Record that something was told, or why (not empty) it could not be."""
    with connect(workspace.mentions) as con:
        sent_at = None if why else tried_at
        con.execute("insert or replace into notice values (?, ?, ?, ?, ?, ?)", [*told, tried_at, sent_at, why])
