"""How far each network stream was read, saved in one transaction with what was read."""

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa

from pipeline.erase import erase, read_written
from pipeline.rows import touch_table
from pipeline.sources.network import Page
from pipeline.store import Workspace, connect, incoming, now, query, transaction
from pipeline.touch import Brand, Gone, Mapped, Reject
from pipeline.touches import firsts, save_accounts, save_new, save_rejects, unknown, wanted


@dataclass(frozen=True)
class Place:
    """Which stream of which source and brand."""

    source: str
    stream: str
    brand: Brand


@dataclass(frozen=True)
class Cursor:
    """Everything before ``since`` is there; of an unfinished window also what is from ``reached`` to ``newest``."""

    since: datetime | None = None
    newest: datetime | None = None
    reached: datetime | None = None
    memory: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Saved:
    """What became of the records of one page."""

    stored: int = 0
    changed: int = 0
    removed: Mapping[str, int] = field(default_factory=dict)  # by reason


@dataclass(frozen=True)
class Sorted:
    """The records of one page by what becomes of them."""

    mapped: Sequence[Mapped] = ()
    rejects: Sequence[Reject] = ()
    gone: Sequence[Gone] = ()


def read_cursor(workspace: Workspace, place: Place) -> Cursor:
    """Return how far a stream was read; at the beginning that is nowhere."""
    with connect(workspace.mentions) as con:
        rows = con.execute(query("read_cursor"), keys(place)).fetchall()
    if not rows:
        return Cursor()
    since, newest, reached, memory = rows[0]
    return Cursor(since, newest, reached, json.loads(memory))


def keys(place: Place) -> dict[str, str]:
    """Return the key of a stream as parameters."""
    return {"source": place.source, "stream": place.stream, "brand": place.brand.key}


def save_page(workspace: Workspace, place: Place, found: Sorted, page: Page, cursor: Cursor) -> Saved:
    """Save what a page brought, what it cost and the cursor after it, all or nothing."""
    written = read_written(workspace) if found.gone else []
    with connect(workspace.mentions) as con, transaction(con):
        moment = now()
        con.execute(query("save_brand"), {"brand": place.brand.key, "name": place.brand.name, "now": moment})
        stored, changed = save_records(con, found.mapped, moment) if found.mapped else (0, 0)
        removed = Counter[str]()
        for gone in found.gone:
            removed[gone.reason] += remove(con, place.source, gone, written)
        if found.rejects:
            # One broken record is one reject, wherever on a page it comes again.
            whole = [replace(reject, record=replace(reject.record, number=0)) for reject in found.rejects]
            save_rejects(con, whole, f"{place.source}: {place.stream}", moment)
        figures = {"requests": page.requests, "records": len(page.records), "cost": page.cost}
        told = {"now": moment}
        con.execute(query("save_fetched"), figures | told | {"source": place.source, "stream": place.stream})
        if page.gap:
            con.execute(query("save_gap"), keys(place) | told | {"since": page.gap[0], "until": page.gap[1]})
        con.execute(query("save_cursor"), cursor_values(place, cursor) | told)
    return Saved(stored, changed, removed)


def save_cursor(workspace: Workspace, place: Place, cursor: Cursor) -> None:
    """Save how far a stream was read, where no page came with it."""
    with connect(workspace.mentions) as con, transaction(con):
        con.execute(query("save_cursor"), cursor_values(place, cursor) | {"now": now()})


def cursor_values(place: Place, cursor: Cursor) -> dict[str, Any]:
    """Return a cursor as parameters of save_cursor.sql."""
    window = {"since": cursor.since, "newest": cursor.newest, "reached": cursor.reached}
    return keys(place) | window | {"memory": json.dumps(dict(cursor.memory), default=str)}


def save_records(con: duckdb.DuckDBPyConnection, mapped: Sequence[Mapped], moment: datetime) -> tuple[int, int]:
    """Save touches; return how many were new, and of how many the network has another text by now.

    An edited text replaces the old one, which its author took back; it is scored anew.
    """
    touches = wanted(con, touch_table(mapped))
    with incoming(con, touches):
        con.execute(query("save_learnt"))  # first, so that an account that it adds to a touch is saved as that touch's
    first = firsts(con, touches)
    new = unknown(con, first, "touch")
    save_accounts(con, first, new, moment)
    with incoming(con, first):
        edited = [row for (row,) in con.execute(query("save_edits"), {"now": moment}).fetchall()]
    for table in ("raw", "score", "score_beside", "cluster_of"):
        con.execute(
            f"delete from {table} where brand = $brand and list_contains($ids, touch_id)",
            {"ids": edited, "brand": mapped[0].touch.brand},
        )
    return save_new(con, first, new, moment), len(edited)


def remove(con: duckdb.DuckDBPyConnection, source: str, gone: Gone, written: Sequence[str]) -> int:
    """Delete touches with all that was kept of them, and remember that they are gone; return how many were there.

    Of those that were never stored that is remembered only where they may come yet: threads tell of many by strangers.
    With the last touch of an account that goes, too, unless it is among those of whom people have ``written``.
    """
    values = {"ids": list(gone.touch_ids), "source": source}
    removed = erase(con, pa.table({"touch_id": pa.array(gone.touch_ids, pa.string())}), gone.brand, written).touches
    con.execute(query("remove_rejects"), values)
    if removed:
        con.execute("insert into unfinished_forget values ($now, false)", {"now": now()})
    if removed or gone.ahead:
        con.execute(query("save_removal"), values | {"brand": gone.brand, "reason": gone.reason, "now": now()})
    return removed


def spent(workspace: Workspace, source: str, moment: datetime) -> float:
    """Return what a source has cost in the calendar month of a moment, in USD."""
    with connect(workspace.mentions) as con:
        rows = con.execute(query("spent"), {"source": source, "moment": moment}).fetchall()
    return float(rows[0][0])


def read_conversations(workspace: Workspace, source: str, brand: str, since: datetime) -> list[str]:
    """Return the native ids of the conversations of a source that had a touch since a moment, latest first."""
    with connect(workspace.mentions) as con:
        rows = con.execute(query("recent_conversations"), {"source": source, "brand": brand, "since": since}).fetchall()
    return [str(found).removeprefix(f"{source}:") for (found,) in rows]


def read_own(workspace: Workspace, source: str, brand: str, since: datetime) -> list[str]:
    """Return the native ids of what the brand itself wrote at a source in public since a moment, latest first."""
    with connect(workspace.mentions) as con:
        rows = con.execute(query("recent_own"), {"source": source, "brand": brand, "since": since}).fetchall()
    return [str(found).removeprefix(f"{source}:") for (found,) in rows]


def read_stored_ids(workspace: Workspace, source: str, by: str = "", without: Collection[str] = ()) -> list[str]:
    """Return the native ids of all that is stored of a source but of brands left out, those first that came first.

    Where ``by`` is a field of the raw records, its value and a space come before each id that has one.
    """
    with connect(workspace.mentions) as con:
        values = {"source": source, "by": by, "without": list(without)}
        rows = con.execute(query("stored_ids"), values).fetchall()
    return [" ".join(filter(None, (key, str(found).removeprefix(f"{source}:")))) for found, key in rows]


def read_known(workspace: Workspace, source: str, ids: Collection[str]) -> set[str]:
    """Return which of some native ids of a source are stored."""
    touch_ids = [f"{source}:{id}" for id in ids]
    with connect(workspace.mentions) as con:
        rows = con.execute("select touch_id from touch where list_contains($ids, touch_id)", {"ids": touch_ids})
        return {str(found).removeprefix(f"{source}:") for (found,) in rows.fetchall()}


def read_words(workspace: Workspace, brand: str, ids: Collection[str]) -> dict[str, tuple[str, bool]]:
    """Return of touches with a brand, by id, the stored words and whether they answer something that the brand said."""
    with connect(workspace.mentions) as con:
        rows = con.execute(query("words"), {"brand": brand, "ids": list(ids)}).fetchall()
    return {touch_id: (text, answers) for touch_id, text, answers in rows}


def save_cost(workspace: Workspace, source: str, stream: str, cost: float) -> None:
    """Save what a request cost that brought nothing, in USD."""
    values = {"source": source, "stream": stream, "requests": 1, "records": 0, "cost": cost, "now": now()}
    with connect(workspace.mentions) as con, transaction(con):
        con.execute(query("save_fetched"), values)


def read_first_stored(workspace: Workspace, source: str) -> datetime | None:
    """Return since when something of a source is stored; None where nothing is."""
    with connect(workspace.mentions) as con:
        rows = con.execute("select min(stored_at) from touch where source = $source", {"source": source}).fetchall()
    first: datetime | None = rows[0][0]
    return first


def read_rechecked(workspace: Workspace, source: str) -> datetime | None:
    """Return when what is stored of a source was last looked up again."""
    with connect(workspace.mentions) as con:
        rows = con.execute("select finished_at from rechecked where source = $source", {"source": source}).fetchall()
    return rows[0][0] if rows else None


def save_rechecked(workspace: Workspace, source: str) -> None:
    """Save that what is stored of a source was looked up again just now."""
    with connect(workspace.mentions) as con, transaction(con):
        con.execute("insert or replace into rechecked values ($source, $now)", {"source": source, "now": now()})
