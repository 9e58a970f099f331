"""What the facts know of the brands, accounts and mentions that people name by hand."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from pipeline import barred, settings
from pipeline.contents import read_brands
from pipeline.identity import chain, merged
from pipeline.journal_reads import read_contacts
from pipeline.store import StoreError, Workspace, connect, incoming, open_published, query

MENTION_SCHEMA = pa.schema([(name, pa.string()) for name in ("brand", "touch_id")])
MOST_NAMED = 10


def brand_key(workspace: Workspace, name: str | None) -> str:
    """Return the key of a brand that there is, without a name the own one; raises StoreError naming those that are."""
    stored = read_brands(workspace)
    chosen = settings.load(workspace.folder)
    brands = {brand.key for brand in (*(own.to_brand() for own in chosen.brand_settings()), *stored)}
    if name is None and chosen.brand:
        return chosen.brand.key
    there = f"there are: {', '.join(sorted(brands))}" if brands else "there is none: import a file first"
    if name is None:
        raise StoreError(f"--brand is needed, since brand.toml names no brand of its own; {there}")
    found = chosen.find_brand(name, stored).key
    if found not in brands:
        raise StoreError(f"--brand {name}: unknown; {there}")
    return found


def check_account(workspace: Workspace, account_id: str, brand: str | None = None) -> None:
    """Raise StoreError where an account had no touch, with the brand if one is given, and nobody has typed it in.

    That it was forgotten is told, so that nobody looks for a mistake.
    """
    barred.check_account(workspace, account_id)
    if account_id in {row["account_id"] for row in read_contacts(workspace)}:
        return
    with connect(workspace.mentions) as con:
        asked = {"account_id": account_id, "brand": brand}
        known = "select 1 from touch where account_id = $account_id and brand = coalesce($brand, brand) limit 1"
        if not con.execute(known, asked).fetchall():
            with_brand = f" with {brand}" if brand else ""
            raise StoreError(f"no touch of {account_id!r}{with_brand}; who is called how, `metrics role` shows")


def find_account(workspace: Workspace, brand: str, name: str) -> str:
    """Return the account of the one person that is called so, or at least in part.

    Who was typed in is found at once, others once they are published, and by name only if they are told by name. Raises
    StoreError where there is nobody, or more than one.
    """
    if not name.strip():
        raise StoreError("--person: it is empty")
    found = people_called(workspace, brand, name)
    exact = {account: called for account, (called, whole) in found.items() if whole}
    people = one_each(workspace, exact or {account: called for account, (called, _) in found.items()})
    if len(people) == 1:
        return next(iter(people))
    if not people:
        raise StoreError(f"--person {name}: nobody whom {brand} knows by name; give --account source:id, or --new")
    listed = ", ".join(f"{called} ({account})" for account, called in list(people.items())[:MOST_NAMED])
    more = f", and {len(people) - MOST_NAMED} more" if len(people) > MOST_NAMED else ""
    raise StoreError(f"--person {name} could be {listed}{more}; choose with --account")


def people_called(workspace: Workspace, brand: str, name: str) -> dict[str, tuple[str, bool]]:
    """Return account -> (name, whether it or the handle is the very one) of people who are called so in part."""
    asked = name.strip().removeprefix("@").lower()
    typed = {row["account_id"]: row["name"] for row in read_contacts(workspace) if asked in row["name"].lower()}
    found = {}
    if workspace.published.exists():
        with open_published(workspace.published) as con:
            rows = con.execute(query("people_called"), {"brand": brand, "name": asked}).fetchall()
        found = {account: (called, whole) for account, called, whole in rows}
    return found | {
        account: (called, called.lower() == asked) for account, called in typed.items() if account not in found
    }


def one_each(workspace: Workspace, people: Mapping[str, str]) -> dict[str, str]:
    """Return account -> name without those that were merged with one before them."""
    pairs = merged(workspace)
    kept: dict[str, str] = {}
    for account, called in people.items():
        if not any(chain(pairs, account, other) for other in kept):
            kept[account] = called
    return kept


def unknown_mentions(workspace: Workspace, rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return the ids among rows of labels (brand, touch_id) that are no mention of the brand."""
    table = pa.Table.from_pylist([dict(row) for row in rows], schema=MENTION_SCHEMA)
    with connect(workspace.mentions) as con, incoming(con, table):
        return {touch_id for (touch_id,) in con.execute(query("unknown_mentions")).fetchall()}
