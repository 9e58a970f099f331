"""What people type: short writes into the journal that overwrite nothing."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb
import pyarrow as pa

from pipeline import barred, typed
from pipeline.contents import check_unlimited, read_metric
from pipeline.store import Workspace, connect, count, incoming, now, query, reading, transaction
from pipeline.touch import FRUITS, GROUPS, OFFLINE_KINDS
from pipeline.typed import JournalError

LABELS = ("negative", "neutral", "positive")
LABEL_SCHEMA = pa.schema([(name, pa.string()) for name in ("row_id", "brand", "touch_id", "label")])

# Tables whose rows are words on a thing that has an id of its own -> the column of that id, and what people call it.
ITEMS = {
    "entry": ("entry_id", "offline touch"),
    "fruit": ("fruit_id", "fruit"),
    "note": ("note_id", "note"),
    "promise": ("promise_id", "promise"),
    "annotation": ("annotation_id", "annotation"),
    "saved_view": ("view_id", "saved view"),
}

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Saved:
    """What became of labels: the change that they are (None where all were there already), and how many were new."""

    change_id: str | None
    new: int


def save_rows(workspace: Workspace, rows: Mapping[str, Sequence[Row]], author: str) -> str:
    """Add rows to tables of the journal as one change, whole or not at all; return the id that undoes it.

    The first row has the id of the change itself.
    """
    author = typed.text("author", author)
    with connect(workspace.journal) as con, transaction(con):
        return insert(con, rows, author)


def insert(con: duckdb.DuckDBPyConnection, rows: Mapping[str, Sequence[Row]], author: str) -> str:
    """Add rows as one change and return its id; what is new of its kind is called by the id of its first row.

    Raises JournalError where one is about somebody forgotten.
    """
    barred.check(con, (row for given in rows.values() for row in given))
    change_id = row_id = uuid.uuid4().hex
    said = {"change_id": change_id, "author": author, "written_at": now()}  # under the file's lock: rows have an order
    for table, given in rows.items():
        whole = []
        for row in given:
            item = {ITEMS[table][0]: row_id, "withdrawn": False} if table in ITEMS else {}
            whole.append({**item, **row, "row_id": row_id, **said})
            row_id = uuid.uuid4().hex
        with incoming(con, pa.Table.from_pylist(whole)):
            con.execute(f"insert into {table} by name select * from incoming")
    return change_id


def amend(workspace: Workspace, table: str, item_id: str, changes: Row, author: str) -> str:
    """Say a thing anew with some values changed; return the id that undoes it.

    Raises JournalError where there is none of this id, or it was taken back.
    """
    column, called = ITEMS[table]
    author = typed.text("author", author)
    with connect(workspace.journal) as con, transaction(con):
        found = con.sql(f"select * from {table}_now where {column} = $id", params={"id": item_id}).to_arrow_table()
        for row in found.to_pylist():
            return insert(con, {table: [row | changes]}, author)
    raise JournalError(f"there is no {called} {item_id!r}, or it was taken back")


def save_item(workspace: Workspace, table: str, values: Row, author: str, item_id: str | None) -> str:
    """Keep a new thing, or say one anew that has an id already; return the id that undoes it (a new thing's own id)."""
    if item_id is None:
        return save_rows(workspace, {table: [values]}, author)
    return amend(workspace, table, item_id, values, author)


def withdraw(workspace: Workspace, table: str, item_id: str, author: str) -> str:
    """Take a thing back by a word of its own; return the id that undoes it. Raises JournalError where there is none."""
    return amend(workspace, table, item_id, {"withdrawn": True}, author)


def about(brand: str, account_id: str) -> dict[str, str]:
    """Return whom something is about."""
    return {"brand": typed.text("brand", brand), "account_id": typed.text("account", account_id)}


def entry_row(entry: Row) -> dict[str, Any]:
    """Return an offline touch as it is kept; raises JournalError naming what is wrong."""
    feeling = entry.get("feeling")
    return {
        **about(entry["brand"], entry["account_id"]),
        "direction": typed.one_of("direction", entry["direction"], ("in", "out")),
        "kind": typed.one_of("kind", entry["kind"], OFFLINE_KINDS),
        "happened_at": typed.past("day", entry["happened_at"]),
        "text": typed.text("text", entry["text"]),
        "feeling": feeling and typed.one_of("feeling", feeling, LABELS),
    }


def save_entry(workspace: Workspace, entry: Row) -> str:
    """Keep an offline touch, or with an ``entry_id`` say it anew; return the id that undoes it.

    Keys: brand, account_id, direction, kind, happened_at, text, author, and feeling where they said what they feel.
    """
    return save_item(workspace, "entry", entry_row(entry), entry["author"], entry.get("entry_id"))


def withdraw_entry(workspace: Workspace, entry_id: str, author: str) -> str:
    """Take an offline touch back; return the id that undoes this."""
    return withdraw(workspace, "entry", entry_id, author)


def fruit_row(fruit: Row) -> dict[str, Any]:
    """Return a fruit as it is kept; raises JournalError naming what is wrong."""
    brought = fruit.get("for_account")
    return {
        **about(fruit["brand"], fruit["account_id"]),
        "kind": typed.one_of("kind", fruit["kind"], FRUITS),
        "happened_at": typed.past("day", fruit["happened_at"]),
        "value": typed.number("value", fruit.get("value")),
        "for_account": brought and typed.text("account", brought),
        "text": typed.text("text", fruit["text"], empty=True),
    }


def save_fruit(workspace: Workspace, fruit: Row) -> str:
    """Keep what a relationship has borne, or with a ``fruit_id`` say it anew; return the id that undoes it.

    Keys: brand, account_id, kind, happened_at, text, author; value and for_account (whom it brought) where there are.
    """
    return save_item(workspace, "fruit", fruit_row(fruit), fruit["author"], fruit.get("fruit_id"))


def withdraw_fruit(workspace: Workspace, fruit_id: str, author: str) -> str:
    """Take a fruit back; return the id that undoes this."""
    return withdraw(workspace, "fruit", fruit_id, author)


def save_note(
    workspace: Workspace, brand: str, account_id: str, text: str, author: str, note_id: str | None = None
) -> str:
    """Keep a note about a person, or say one anew; return the id that undoes it."""
    values = about(brand, account_id) | {"text": typed.text("text", text)}
    return save_item(workspace, "note", values, author, note_id)


def withdraw_note(workspace: Workspace, note_id: str, author: str) -> str:
    """Take a note back; return the id that undoes this."""
    return withdraw(workspace, "note", note_id, author)


def save_promise(
    workspace: Workspace, brand: str, account_id: str, text: str, due: date, author: str, promise_id: str | None = None
) -> str:
    """Keep what was promised to a person until a day, or say it anew, as not kept yet; return the id that undoes it."""
    values = {"text": typed.text("text", text), "due": typed.day("due", due), "kept": False}
    return save_item(workspace, "promise", about(brand, account_id) | values, author, promise_id)


def keep_promise(workspace: Workspace, promise_id: str, author: str, kept: bool = True) -> str:
    """Say that a promise was kept, or was not after all; return the id that undoes this."""
    return amend(workspace, "promise", promise_id, {"kept": kept}, author)


def withdraw_promise(workspace: Workspace, promise_id: str, author: str) -> str:
    """Take a promise back that was typed by mistake; return the id that undoes this."""
    return withdraw(workspace, "promise", promise_id, author)


def save_annotation(
    workspace: Workspace, brand: str, day: date, text: str, author: str, annotation_id: str | None = None
) -> str:
    """Keep what happened at a brand on a day, or say it anew; return the id that undoes it."""
    values = {"brand": typed.text("brand", brand), "day": typed.day("day", day), "text": typed.text("text", text)}
    return save_item(workspace, "annotation", values, author, annotation_id)


def withdraw_annotation(workspace: Workspace, annotation_id: str, author: str) -> str:
    """Take an annotation back; return the id that undoes this."""
    return withdraw(workspace, "annotation", annotation_id, author)


def save_view(workspace: Workspace, name: str, page: str, query: str, author: str, view_id: str | None = None) -> str:
    """Keep a page with its filters as the address holds them, or say it anew; return the id that undoes it."""
    values = {"name": typed.text("name", name), "page": typed.text("page", page)}
    values["query"] = typed.text("query", query, empty=True)
    return save_item(workspace, "saved_view", values, author, view_id)


def withdraw_view(workspace: Workspace, view_id: str, author: str) -> str:
    """Take a saved view back; return the id that undoes this."""
    return withdraw(workspace, "saved_view", view_id, author)


def save_members(
    workspace: Workspace, account_ids: Sequence[str], what: str, name: str, belongs: bool, author: str
) -> str:
    """Save that accounts belong to a kind, list or organisation, or no longer do, as one change; return its id."""
    typed.one_of("what", what, GROUPS)
    values = {"what": what, "name": typed.text("name", name), "belongs": belongs}
    rows = [{"account_id": typed.text("account", each)} | values for each in dict.fromkeys(account_ids)]
    if not rows:
        raise JournalError("nobody was chosen")
    return save_rows(workspace, {"member": rows}, author)


def save_labels(workspace: Workspace, rows: Sequence[Row], author: str, drawn: bool) -> Saved:
    """Save what a person says of mentions (brand, touch_id, label or None to take it back) as one change.

    A mention may be named by the id that the published file tells. What is the newest word already is not saved again.
    """
    author, change_id = typed.text("author", author), uuid.uuid4().hex
    newest = {(row["brand"], row["touch_id"]): row for row in rows}
    kept = [
        {**row, "row_id": uuid.uuid4().hex, "label": row["label"] and typed.one_of("label", row["label"], LABELS)}
        for row in newest.values()
    ]
    with connect(workspace.journal) as con, transaction(con):
        barred.check(con, kept)
        said = {"author": author, "drawn": drawn, "now": now(), "change_id": change_id}
        with incoming(con, pa.Table.from_pylist(kept, schema=LABEL_SCHEMA)):
            new = count(con, query("save_labels"), said)
    return Saved(change_id if new else None, new)


def save_merge(
    workspace: Workspace, account_id: str, with_account_id: str, reason: str, author: str, together: bool = True
) -> str:
    """Save that two accounts are one person, or are not; return the id that undoes it."""
    if account_id == with_account_id:
        raise JournalError(f"{account_id} is one account: name two")
    pair = {"account_id": typed.text("account", account_id), "with_account_id": typed.text("account", with_account_id)}
    row = pair | {"reason": typed.text("reason", reason), "together": together}
    return save_rows(workspace, {"merge": [row]}, author)


def draw(
    workspace: Workspace, brand: str, many: int, seed: str, start: datetime | None, until: datetime | None
) -> pa.Table:
    """Return mentions drawn at random to be labelled, the same for one seed: id, happened_at, source, text, label."""
    values = {"brand": brand, "many": many, "seed": seed, "start": start, "until": until}
    read_metric(workspace, "ledger", 0)
    check_unlimited(workspace, "draw")
    with reading(workspace.mentions) as con:
        return con.sql(query("draw"), params=values).to_arrow_table()
