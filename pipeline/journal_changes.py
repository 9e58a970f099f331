"""The changes of the journal, in words, and how they are taken back."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pipeline import typed
from pipeline.journal_reads import Rows, read
from pipeline.store import Workspace, connect, count, now, query, transaction
from pipeline.typed import JournalError

Row = Mapping[str, Any]
Called = Callable[[list[str]], Mapping[str, str]]  # ids -> what they are called, of those that are known
IDS = ("account_id", "with_account_id", "touch_id")  # fields of a row that are of an account or a message


def undo(workspace: Workspace, change_id: str, author: str) -> int:
    """Take back a change, or the row of this id; return how many rows that were.

    A thing that the change made goes with all that was said of it later.

    Raises JournalError where there is no such change, or it was taken back before.
    """
    return turn(workspace, change_id, author, undone=True)


def redo(workspace: Workspace, change_id: str, author: str) -> int:
    """Put back what was taken back by `undo`; return how many rows that were. Raises JournalError where nothing was."""
    return turn(workspace, change_id, author, undone=False)


def turn(workspace: Workspace, change_id: str, author: str, undone: bool) -> int:
    """Say of the rows of a change that they are undone, or are not; return of how many that was news."""
    values = {"id": change_id, "author": typed.text("author", author), "undone": undone}
    with connect(workspace.journal) as con, transaction(con):
        turned = count(con, query("undo"), values | {"now": now()})
        known = con.execute("select 1 from change_row where $id in (row_id, change_id)", {"id": change_id}).fetchall()
    if not known:
        raise JournalError(f"there is no change {change_id!r}; `python -m pipeline changes` lists them")
    if not turned:
        raise JournalError(f"change {change_id!r} {'is undone already' if undone else 'was not undone'}")
    return turned


def read_changes(
    workspace: Workspace,
    brand: str | None = None,
    accounts: Sequence[str] = (),
    many: int = 50,
    called: Called = lambda ids: {},
) -> Rows:
    """Return the newest changes, newest first, of everybody or of these accounts.

    Keys: change_id, written_at, author, brand (None: of all), words, many (rows), undone, undone_by, undone_at. With a
    brand those are left out that are of another one. ``called`` says what the words call accounts and messages of these
    ids; without it, or where it does not know one, they have the id.
    """
    found = read(workspace, "changes", brand=brand, accounts=list(accounts), many=many)
    rows = [[each | {"row": json.loads(each["row"])} for each in change["rows"]] for change in found]
    ids = sorted({each["row"].get(key) for change in rows for each in change for key in IDS} - {None})
    names = called(ids)
    said = [[each | {"row": with_names(each, names)} for each in change] for change in rows]
    return [
        {key: value for key, value in change.items() if key != "rows"} | {"words": words(change["many"], each)}
        for change, each in zip(found, said, strict=True)
    ]


def count_changes(workspace: Workspace, brand: str | None = None, accounts: Sequence[str] = ()) -> int:
    """Return how many changes read_changes would return, if it returned them all."""
    if not workspace.journal.exists():
        return 0
    asked = {"brand": brand, "accounts": list(accounts), "many": sys.maxsize}
    with connect(workspace.journal) as con:
        return count(con, f"select count(*) from ({query('changes')})", asked)


def with_names(each: Row, names: Mapping[str, str]) -> Row:
    """Return a row with what accounts and messages are called in the place of their ids; a contact has its own name."""
    if each["what"] == "contact":
        return dict(each["row"])
    return {key: names.get(value, value) if key in IDS else value for key, value in each["row"].items()}


def words(many: int, rows: Rows) -> str:
    """Return what a change of so many rows was, of which these are the first, in words."""
    said = [in_words(each["what"], each["row"], each["first"]) for each in rows]
    more = many - len(said)
    return "; ".join(said) + (f"; and {more} more" if more else "")


def in_words(what: str, row: Row, first: bool) -> str:
    """Return one row in words."""
    if row.get("withdrawn"):
        return f"took back: {WORDS[what](row)}"
    return WORDS[what](row) if first else f"changed: {WORDS[what](row)}"


def entry_words(row: Row) -> str:
    """Return an offline touch in words."""
    feeling = f" ({row['feeling']})" if row["feeling"] else ""
    return f"{row['kind']} with {row['account_id']} on {row['happened_at'][:10]}{feeling}: {row['text']}"


def label_words(row: Row) -> str:
    """Return a label in words."""
    drawn = ", drawn at random" if row["drawn"] else ""
    return f"{row['touch_id']} is {row['label']}{drawn}" if row["label"] else f"no label for {row['touch_id']}"


def promise_words(row: Row) -> str:
    """Return a promise in words."""
    return f"promise to {row['account_id']} until {row['due']}{' kept' if row['kept'] else ''}: {row['text']}"


def member_words(row: Row) -> str:
    """Return a word on a group in words."""
    return f"{row['account_id']} {'is' if row['belongs'] else 'is not'} of {row['what']} {row['name']}"


def merge_words(row: Row) -> str:
    """Return a merge or a split in words."""
    said = "is" if row["together"] else "is not"
    return f"{row['with_account_id']} {said} the same person as {row['account_id']}: {row['reason']}"


# Table of the journal -> its row in words.
WORDS: dict[str, Callable[[Row], str]] = {
    "entry": entry_words,
    "label": label_words,
    "fruit": lambda row: f"{row['kind']} of {row['account_id']} on {row['happened_at'][:10]}: {row['text']}",
    "member": member_words,
    "note": lambda row: f"note about {row['account_id']}: {row['text']}",
    "promise": promise_words,
    "annotation": lambda row: f"{row['day']} at {row['brand']}: {row['text']}",
    "saved_view": lambda row: f"view {row['name']} of {row['page']}",
    "contact": lambda row: f"{row['name']} as {row['account_id']}",
    "merge": merge_words,
}
