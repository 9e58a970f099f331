"""Touches, their accounts and raw payloads, and what could be none, saved once each."""

import json
from collections.abc import Sequence
from datetime import datetime

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.rows import reject_table
from pipeline.store import count, incoming, query
from pipeline.touch import Record, Reject

TAKEN = (
    "its id belongs to another message already; a file that numbers its own rows: take its import back, and import it "
    "with a --source of its own (one of [[sources]]: give it a name, and retry)"
)
TURNED = "its message is there with day and month the other way: one of the two files was read in the wrong order"
UNSURE = "another product told its link with another author and other words: the same message, or another of that page"


def save_touches(
    con: duckdb.DuckDBPyConnection, touches: pa.Table, moment: datetime, again: bool = False
) -> tuple[int, list[Reject]]:
    """Save accounts, touches and raw payloads; return how many touches were new, and those whose id is another's.

    The ``moment`` is what the new ones are known by as stored together. ``again``: of a file that was read before, in
    which what has day and month the other way is the same row.
    """
    touches = wanted(con, touches)
    con.execute(query("link_ids"))
    gone = any_of(con, "forgotten") or any_of(con, "import_taken_back")
    fresh = selected(con, touches, query("without_told_apart")) if gone else touches
    stored = save_firsts(con, fresh, moment)
    if stored == touches.num_rows:
        return stored, []
    others = selected(con, touches, query("told_apart"))
    stored += save_firsts(con, others.filter(others["sure"]), moment)
    with incoming(con, touches):
        clashes = con.execute(query("clashes")).fetchall()
    rejects = [
        to_reject(number, payload, TURNED if turned else TAKEN)
        for number, payload, turned in clashes
        if not (turned and again)
    ]
    unsure = others.filter(pc.invert(others["sure"])).select(["number", "payload"]).to_pylist()
    return stored, rejects + [to_reject(row["number"], row["payload"], UNSURE) for row in unsure]


def to_reject(number: int, payload: str, reason: str) -> Reject:
    """Return a row as it came in as a reject."""
    return Reject(Record(number, json.loads(payload)), reason)


def save_firsts(con: duckdb.DuckDBPyConnection, touches: pa.Table, moment: datetime) -> int:
    """Save touches, of those with one id the first, with all that belongs to them; return how many were new."""
    if not touches.num_rows:
        return 0
    first = firsts(con, touches)
    new = unknown(con, first, "touch")
    save_accounts(con, first, new, moment)
    return save_new(con, first, new, moment)


def save_accounts(con: duckdb.DuckDBPyConnection, first: pa.Table, new: pa.Table, moment: datetime) -> None:
    """Save the accounts of touches that are stored, or about to be; of accounts that are there what is learnt.

    Where two files tell different authors of one message, nobody is kept without a touch.
    """
    ours = first if new is first else selected(con, first, query("of_same_account"))
    with incoming(con, selected(con, ours, query("heard_accounts"))):
        con.execute(query("save_account_learnt"), {"now": moment})
        con.execute(query("learn_accounts"))
        con.execute(query("save_accounts"))


def save_new(con: duckdb.DuckDBPyConnection, first: pa.Table, new: pa.Table, moment: datetime) -> int:
    """Save the new of some touches, and every payload that is not there; return how many touches were new."""
    with incoming(con, new if new is first else unknown(con, first, "raw")):  # no payload is there without its touch
        con.execute(query("save_raw"))
    with incoming(con, new):
        return count(con, query("save_touches"), {"now": moment})


def save_rejects(
    con: duckdb.DuckDBPyConnection,
    rejects: Sequence[Reject],
    file: str,
    moment: datetime,
    day_first: bool | None = None,
) -> None:
    """Save rejects of a file or stream, but for those that name somebody who asked to be forgotten.

    ``day_first`` is what is known of the dates of the file.
    """
    table = reject_table(rejects, file)
    if rejects and any_of(con, "forgotten"):
        table = selected(con, table, query("rejects_without_forgotten"))
    with incoming(con, table):
        con.execute(query("save_rejects"), {"day_first": day_first, "now": moment})


def any_of(con: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Say whether a table has rows: hashing everything costs too much to be in vain."""
    return bool(con.execute(f"select 1 from {table} limit 1").fetchall())


def firsts(con: duckdb.DuckDBPyConnection, touches: pa.Table) -> pa.Table:
    """Return the touches, of those with one id the first."""
    with incoming(con, touches):
        if count(con, "select count(*) from (select distinct touch_id, brand from incoming)", {}) == touches.num_rows:
            return touches
    return selected(con, touches, query("firsts"))


def unknown(con: duckdb.DuckDBPyConnection, touches: pa.Table, table: str) -> pa.Table:
    """Return the touches whose id a table does not have.

    Where it has none they are returned as they came, in their groups.
    """
    with incoming(con, touches):
        known = count(con, f"select count(*) from {table} semi join incoming using (touch_id, brand)", {})
    if not known:
        return touches
    return selected(con, touches, f"select * from incoming anti join {table} using (touch_id, brand)")


def selected(con: duckdb.DuckDBPyConnection, touches: pa.Table, sql: str) -> pa.Table:
    """Return what a question of what comes in gives."""
    with incoming(con, touches):
        return con.sql(sql).to_arrow_table()


def wanted(con: duckdb.DuckDBPyConnection, touches: pa.Table) -> pa.Table:
    """Return the touches without those that a network took back, and those of accounts that asked to be forgotten."""
    for table in ("removal", "forgotten"):
        if any_of(con, table):
            touches = selected(con, touches, query(f"without_{table}"))
    return touches
