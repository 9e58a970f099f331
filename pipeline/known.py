"""What the facts know of accounts and mentions that people name by hand."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from pipeline.journal_reads import read_contacts
from pipeline.store import StoreError, Workspace, connect, incoming, query

MENTION_SCHEMA = pa.schema([(name, pa.string()) for name in ("brand", "touch_id")])


def check_account(workspace: Workspace, account_id: str, brand: str | None = None) -> None:
    """Raise StoreError where an account had no touch, with the brand if one is given, and nobody has typed it in."""
    if account_id in {row["account_id"] for row in read_contacts(workspace)}:
        return
    with connect(workspace.mentions) as con:
        asked = {"account_id": account_id, "brand": brand}
        known = "select 1 from touch where account_id = $account_id and brand = coalesce($brand, brand) limit 1"
        if not con.execute(known, asked).fetchall():
            with_brand = f" with {brand}" if brand else ""
            raise StoreError(f"no touch of {account_id!r}{with_brand}; who is called how, `metrics role` shows")


def unknown_mentions(workspace: Workspace, rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return the ids among rows of labels (brand, touch_id) that are no mention of the brand."""
    table = pa.Table.from_pylist([dict(row) for row in rows], schema=MENTION_SCHEMA)
    with connect(workspace.mentions) as con, incoming(con, table):
        return {touch_id for (touch_id,) in con.execute(query("unknown_mentions")).fetchall()}
