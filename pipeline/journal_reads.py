"""Reads of what people typed, as it counts now: for pages that show it before the next refresh."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pipeline.store import Workspace, query, reading

Rows = list[dict[str, Any]]


def read(workspace: Workspace, name: str, **values: Any) -> Rows:
    """Return what the journal answers to a statement of pipeline/sql: nothing, and no file made, without one."""
    if not workspace.journal.exists():
        return []
    with reading(workspace.journal) as con:
        found: Rows = con.sql(query(name), params=values or None).to_arrow_table().to_pylist()
        return found


def is_written(workspace: Workspace, account_id: str) -> bool:
    """Say whether anything was ever typed about an account, even if it was taken back since."""
    return bool(read(workspace, "is_written", account_id=account_id))


def read_notes(workspace: Workspace, brand: str, accounts: Sequence[str] = ()) -> Rows:
    """Return notes about people (all, or those with these accounts), newest first.

    Keys: note_id, account_id, text, author, written_at; as everywhere below also row_id, change_id.
    """
    return read(workspace, "notes", brand=brand, accounts=list(accounts))


def read_promises(workspace: Workspace, brand: str, accounts: Sequence[str] = ()) -> Rows:
    """Return promises, open ones first and by day: promise_id, account_id, text, due, kept, author, written_at."""
    return read(workspace, "promises", brand=brand, accounts=list(accounts))


def read_annotations(workspace: Workspace, brand: str) -> Rows:
    """Return what happened at a brand, by day: annotation_id, day, text, author, written_at."""
    return read(workspace, "annotations", brand=brand)


def read_views(workspace: Workspace) -> Rows:
    """Return saved views by name: view_id, name, page, query, author, written_at."""
    return read(workspace, "views")


def read_entries(workspace: Workspace, brand: str, accounts: Sequence[str] = ()) -> Rows:
    """Return offline touches, latest first.

    Keys: entry_id, account_id, direction, kind, happened_at, text, feeling (None: not stated), author, written_at.
    """
    return read(workspace, "entries", brand=brand, accounts=list(accounts))


def read_entries_since(workspace: Workspace, brand: str, accounts: Sequence[str], moment: datetime) -> Rows:
    """Return those offline touches that were typed, mended or put back since a moment."""
    return read(workspace, "entries_since", brand=brand, accounts=list(accounts), moment=moment)


def read_fruit(workspace: Workspace, brand: str, accounts: Sequence[str] = ()) -> Rows:
    """Return what relationships have borne, latest first.

    Keys: fruit_id, account_id, kind, happened_at, value, for_account (None: nobody), text, author, written_at.
    """
    return read(workspace, "fruits", brand=brand, accounts=list(accounts))


def read_members(workspace: Workspace, accounts: Sequence[str] = ()) -> Rows:
    """Return the newest word on each group: account_id, what, name, belongs (False: no longer), author, written_at."""
    return read(workspace, "members", accounts=list(accounts))


def read_labels_since(workspace: Workspace, brand: str, moment: datetime) -> Rows:
    """Return what people say of mentions where it changed since a moment: touch_id, label, drawn, author, written_at.

    The id is the one that was labelled; label is None where it was taken back, so that the model's word counts.
    """
    return read(workspace, "labels_since", brand=brand, moment=moment)


def read_contacts(workspace: Workspace) -> Rows:
    """Return people whom no source knows, by name: account_id, name, email, author, written_at."""
    return read(workspace, "contacts")


def read_merges(workspace: Workspace) -> Rows:
    """Return pairs of accounts of one person, oldest first: account_id, with_account_id, reason, author, written_at."""
    return read(workspace, "merges")


def read_decided_pairs(workspace: Workspace) -> Rows:
    """Return the pairs of accounts on which somebody decided: account_id, with_account_id."""
    return read(workspace, "decided_pairs")
