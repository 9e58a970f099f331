"""What people type: offline touches, labels, fruit; short writes into the journal that overwrite nothing."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from pipeline.store import StoreError, Workspace, connect, count, incoming, now, query, read_metric, transaction

LABEL_SCHEMA = pa.schema([(name, pa.string()) for name in ("label_id", "brand", "touch_id", "label")])


def save_labels(
    workspace: Workspace, rows: Sequence[Mapping[str, Any]], author: str, drawn: bool
) -> tuple[int, list[str]]:
    """Save what a person says of mentions; return how many were new, and the ids that are no mention of it."""
    table = pa.Table.from_pylist([dict(row) for row in rows], schema=LABEL_SCHEMA)
    with connect(workspace.mentions) as con, incoming(con, table):
        unknown = [touch for (touch,) in con.execute(query("unknown_mentions")).fetchall()]
    known = [row for row in rows if row["touch_id"] not in set(unknown)]
    table = pa.Table.from_pylist([dict(row) for row in known], schema=LABEL_SCHEMA)
    with connect(workspace.journal) as con, transaction(con), incoming(con, table):
        return count(con, query("save_labels"), {"author": author, "drawn": drawn, "now": now()}), unknown


def draw(
    workspace: Workspace, brand: str, many: int, seed: str, start: datetime | None, until: datetime | None
) -> pa.Table:
    """Return mentions drawn at random to be labelled, the same for one seed: id, happened_at, source, text, label."""
    values = {"brand": brand, "many": many, "seed": seed, "start": start, "until": until}
    read_metric(workspace, "ledger", 0)
    with connect(workspace.mentions) as con:
        return con.sql(query("draw"), params=values).to_arrow_table()


def save_fruit(workspace: Workspace, fruit: Mapping[str, Any]) -> str:
    """Save what a relationship has borne, and return its id; raises StoreError where the account is not known."""
    values = {
        "row_id": uuid.uuid4().hex,
        "fruit_id": uuid.uuid4().hex,
        "withdrawn": False,
        "written_at": now(),
        **fruit,
    }
    check_account(workspace, fruit["account_id"], fruit["brand"])
    if fruit["for_account"]:
        check_account(workspace, fruit["for_account"])
    with connect(workspace.journal) as con, transaction(con):
        con.execute(query("save_fruit"), values)
    return str(values["fruit_id"])


def check_account(workspace: Workspace, account_id: str, brand: str | None = None) -> None:
    """Raise StoreError where an account had no touch, with the brand if one is given."""
    with connect(workspace.mentions) as con:
        asked = {"account_id": account_id, "brand": brand}
        known = "select 1 from touch where account_id = $account_id and brand = coalesce($brand, brand) limit 1"
        if not con.execute(known, asked).fetchall():
            with_brand = f" with {brand}" if brand else ""
            raise StoreError(f"no touch of {account_id!r}{with_brand}; who is called how, `metrics role` shows")


def save_member(workspace: Workspace, account_id: str, what: str, name: str, belongs: bool, author: str) -> None:
    """Save that an account belongs to a kind, list or organisation, or no longer does; the newest word counts."""
    check_account(workspace, account_id)
    values = {"account_id": account_id, "what": what, "name": name, "belongs": belongs, "author": author}
    with connect(workspace.journal) as con, transaction(con):
        con.execute(query("save_member"), {"member_id": uuid.uuid4().hex, "written_at": now()} | values)


def withdraw_fruit(workspace: Workspace, fruit_id: str, author: str) -> None:
    """Take a fruit back; raises StoreError where there is none of this id, or it was taken back before."""
    values = {"row_id": uuid.uuid4().hex, "fruit_id": fruit_id, "author": author, "written_at": now()}
    with connect(workspace.journal) as con, transaction(con):
        if not count(con, query("withdraw_fruit"), values):
            raise StoreError(f"there is no fruit {fruit_id!r} to take back")


def save_entry(workspace: Workspace, entry: dict[str, Any]) -> None:
    """Save one offline touch that a person typed."""
    values = {"entry_id": uuid.uuid4().hex, "written_at": now()} | entry
    with connect(workspace.journal) as con, transaction(con):
        con.execute(query("save_entry"), values)


def read_entries_since(workspace: Workspace, brand: str, account_id: str, moment: datetime) -> list[dict[str, Any]]:
    """Return what was typed about one account since a moment, oldest first."""
    if not workspace.journal.exists():
        return []
    with connect(workspace.journal) as con:
        cursor = con.execute(query("entries_since"), {"brand": brand, "account_id": account_id, "moment": moment})
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
