"""The record of what was told outside of the dashboard, so that nothing is told twice."""

from collections.abc import Sequence
from datetime import datetime

from pipeline.store import Workspace, connect, query, transaction

LASTS = "now"  # the subject of a failure that no refresh has succeeded since

Told = tuple[str, str, str]  # kind, subject, address


def recipients(workspace: Workspace, addresses: Sequence[str], now: datetime) -> dict[str, datetime]:
    """Return since when each address is told of anything; one that is new since ``now``."""
    with connect(workspace.mentions) as con, transaction(con):
        insert, select = con.extract_statements(query("save_recipients"))
        con.execute(insert, {"addresses": list(addresses), "now": now})
        return dict(con.execute(select, {"addresses": list(addresses)}).fetchall())


def read_sent(workspace: Workspace, now: datetime) -> set[Told]:
    """Return what needs not be told again."""
    with connect(workspace.mentions) as con:
        return set(con.execute(query("sent_notices"), {"now": now}).fetchall())


def save(workspace: Workspace, told: Told, tried_at: datetime, why: str) -> None:
    """Record that something was told, or why (not empty) it could not be."""
    with connect(workspace.mentions) as con:
        sent_at = None if why else tried_at
        con.execute("insert or replace into notice values (?, ?, ?, ?, ?, ?)", [*told, tried_at, sent_at, why])


def end_failure(workspace: Workspace, now: datetime) -> None:
    """Record that a refresh has succeeded, so that the next failure is another one."""
    until = f"until {now.isoformat()}"
    with connect(workspace.mentions) as con, transaction(con):
        con.execute("delete from notice where kind = 'failure' and subject = $1 and sent_at is null", [LASTS])
        con.execute("update notice set subject = $1 where kind = 'failure' and subject = $2", [until, LASTS])
