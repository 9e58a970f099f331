"""The record of what was told outside of the dashboard, so that nothing is told twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from pipeline.store import PATIENT_SECONDS, Workspace, connect, query, transaction

LASTS = "now"  # the subject of a failure that no refresh has succeeded since

Told = tuple[str, str, str]  # kind, subject, address


@dataclass(frozen=True)
class Known:
    """Since when each address is told of anything, what was told, and what waits for another try, with what kept it.

    ``last_digest``: when an address took one that nobody had asked for.
    """

    since: dict[str, datetime]
    sent: set[Told]
    waiting: dict[Told, str]
    last_digest: dict[str, datetime]


def known(workspace: Workspace, addresses: Sequence[str], now: datetime, succeeded: bool) -> Known:
    """Return what is known of these addresses by now; one that is new is told of what comes from ``now`` on.

    ``succeeded``: a refresh has, so that the next failure is another one.
    """
    with connect(workspace.mentions, PATIENT_SECONDS) as con, transaction(con):
        if succeeded:
            end_failure(con, now)
        insert, select = con.extract_statements(query("save_recipients"))
        con.execute(insert, {"addresses": list(addresses), "now": now})
        since = dict(con.execute(select, {"addresses": list(addresses)}).fetchall())
        sent = set(con.execute(query("sent_notices"), {"now": now}).fetchall())
        waiting = con.execute(query("waiting_notices"), {"now": now}).fetchall()
        last = dict(con.execute(query("last_digests"), {"now": now}).fetchall())
        return Known(since, sent, {(kind, subject, address): why for kind, subject, address, why in waiting}, last)


def end_failure(con: duckdb.DuckDBPyConnection, now: datetime) -> None:
    """Let the failure that was told last be one of the past."""
    con.execute("delete from notice where kind = 'failure' and subject = $1 and sent_at is null", [LASTS])
    until = f"until {now.isoformat()}"
    con.execute("update notice set subject = $1 where kind = 'failure' and subject = $2", [until, LASTS])


def save(workspace: Workspace, told: Told, tried_at: datetime, why: str) -> None:
    """Record that something was told, or why (not empty) it could not be."""
    with connect(workspace.mentions, PATIENT_SECONDS) as con:
        values = dict(zip(("kind", "subject", "address"), told, strict=True)) | {"tried_at": tried_at, "why": why}
        con.execute(query("save_notice"), values | {"sent_at": None if why else tried_at})
