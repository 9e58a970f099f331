"""The changes of the journal, in words, and how they are taken back."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import duckdb

from pipeline import typed
from pipeline.journal_reads import Rows, read
from pipeline.store import Workspace, connect, count, now, query, reading, transaction
from pipeline.typed import JournalError

Row = Mapping[str, Any]
Called = Callable[[list[str]], Mapping[str, str]]  # ids -> what they are called, of those that are known
Nameless = Callable[[str], str]  # the id of an account that is not told by name -> what stands for it
ACCOUNTS = ("account_id", "with_account_id")  # fields of a row that say by an id of whom it is
IDS = (*ACCOUNTS, "touch_id", "brand")  # or of what
MOST_ROWS = 3  # of a change are told in words


def undo(workspace: Workspace, change_id: str, author: str) -> int:
    """Take back a change, or the row of this id; return how many rows that were.

    A thing that the change made goes with all that was said of it later.

    Raises JournalError where there is no such change, or it was taken back before.
    """
    return turn(workspace, [change_id], author, undone=True)


def redo(workspace: Workspace, change_id: str, author: str) -> int:
    """Put back what was taken back by `undo`; return how many rows that were. Raises JournalError where nothing was."""
    return turn(workspace, [change_id], author, undone=False)


def turn(workspace: Workspace, change_ids: Sequence[str], author: str, undone: bool) -> int:
    """Say of the rows of some changes that they are undone, or are not; return of how many that was news.

    Raises JournalError where it was no news of one of them: then nothing is said of any.
    """
    by = typed.text("author", author)
    with connect(workspace.journal) as con, transaction(con):
        turned = 0
        for change_id in change_ids:
            said = count(con, query("undo"), {"id": change_id, "author": by, "undone": undone, "now": now()})
            if not said:
                raise JournalError(why_not(con, change_id, undone))
            turned += said
    return turned


def why_not(con: duckdb.DuckDBPyConnection, change_id: str, undone: bool) -> str:
    """Return why a change cannot be turned."""
    known = con.execute("select 1 from change_row where $id in (row_id, change_id)", {"id": change_id}).fetchall()
    if not known:
        return f"there is no change {change_id!r}; `python -m pipeline changes` lists them"
    return f"change {change_id!r} {'is undone already' if undone else 'was not undone'}"


def read_changes(
    workspace: Workspace,
    brand: str | None = None,
    accounts: Sequence[str] = (),
    many: int = 50,
    called: Called = lambda ids: {},
) -> Rows:
    """Return the newest changes, newest first, of everybody or of these accounts, in words.

    Keys: change_id, written_at, author, brand (None: of all), words, many (rows), undone, undone_by, undone_at. With a
    brand those are left out that are of another one. ``called`` is that of `in_words`.
    """
    return told(read_rows(workspace, brand, accounts, many), called)


def read_rows(workspace: Workspace, brand: str | None, accounts: Sequence[str], many: int) -> Rows:
    """Return what `read_changes` does, with the first ``rows`` of each change (what, first, row) instead of words."""
    found = read(workspace, "changes", brand=brand, accounts=list(accounts), many=many)
    return [change | {"rows": [each | {"row": json.loads(each["row"])} for each in change["rows"]]} for change in found]


def told(changes: Rows, called: Called, nameless: Nameless = str) -> Rows:
    """Return changes with ``words`` instead of their rows.

    ``called`` says what the words call accounts, messages and brands of these ids; where it does not know one, they
    have the id, of an account what ``nameless`` makes of it.
    """
    rows = [each["row"] for change in changes for each in change["rows"]]
    names = called(sorted({row.get(key) for row in rows for key in IDS} - {None}))
    return [
        {key: value for key, value in change.items() if key != "rows"}
        | {
            "words": words(
                change["many"], [each | {"row": with_names(each, names, nameless)} for each in change["rows"]]
            )
        }
        for change in changes
    ]


def count_changes(workspace: Workspace, brand: str | None = None, accounts: Sequence[str] = ()) -> int:
    """Return how many changes read_changes would return, if it returned them all."""
    if not workspace.journal.exists():
        return 0
    asked = {"brand": brand, "accounts": list(accounts), "many": sys.maxsize}
    with reading(workspace.journal) as con:
        return count(con, f"select count(*) from ({query('changes')})", asked)


def labels_together(changes: Rows) -> Rows:
    """Return changes with neighbours that are labels of one author and day as one, the newest first.

    ``change_ids`` are those that each is of, ``many`` and ``rows`` of all of them.
    """
    found: Rows = []
    for change in changes:
        last = found[-1] if found else None
        if last and alike(last, change):
            last["change_ids"].append(change["change_id"])
            last["many"] += change["many"]
            last["rows"] = [*last["rows"], *change["rows"]][:MOST_ROWS]
        else:
            found.append(change | {"change_ids": [change["change_id"]]})
    return found


def alike(one: Row, other: Row) -> bool:
    """Say whether two changes are labels of one author and day, both in force or both taken back by the same one."""
    same = all(one[key] == other[key] for key in ("author", "brand", "undone", "undone_by"))
    of_labels = all(each["what"] == "label" for each in [*one["rows"], *other["rows"]])
    return same and of_labels and one["written_at"].date() == other["written_at"].date()


def with_names(each: Row, names: Mapping[str, str], nameless: Nameless) -> Row:
    """Return a row with what somebody or something is called in the place of ids; a contact has its own name."""
    if each["what"] == "contact":
        return dict(each["row"])
    row = {key: names.get(value, value) if key in IDS else value for key, value in each["row"].items()}
    unknown = {key for key in ACCOUNTS if row.get(key) and each["row"][key] not in names}
    return row | {key: nameless(row[key]) for key in unknown}


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


def day(moment: str) -> str:
    """Return the day of a moment as the pages write it."""
    return f"{date.fromisoformat(moment[:10]):%d %b %Y}"


def entry_words(row: Row) -> str:
    """Return an offline touch in words."""
    feeling = f" ({row['feeling']})" if row["feeling"] else ""
    return f"{row['kind']} with {row['account_id']} on {day(row['happened_at'])}{feeling}: {row['text']}"


def label_words(row: Row) -> str:
    """Return a label in words."""
    drawn = ", drawn at random" if row["drawn"] else ""
    return f"{row['touch_id']} is {row['label']}{drawn}" if row["label"] else f"no label for {row['touch_id']}"


def promise_words(row: Row) -> str:
    """Return a promise in words."""
    return f"promise to {row['account_id']} until {day(row['due'])}{' kept' if row['kept'] else ''}: {row['text']}"


def member_words(row: Row) -> str:
    """Return a word on a group in words; a list is what the pages call a tag."""
    belonging = f"tagged “{row['name']}”" if row["what"] == "list" else f"of the {row['what']} “{row['name']}”"
    return f"{row['account_id']} is {'' if row['belongs'] else 'no longer '}{belonging}"


def merge_words(row: Row) -> str:
    """Return a merge or a split in words."""
    said = "is" if row["together"] else "is not"
    return f"{row['with_account_id']} {said} the same person as {row['account_id']}: {row['reason']}"


# Table of the journal -> its row in words.
WORDS: dict[str, Callable[[Row], str]] = {
    "entry": entry_words,
    "label": label_words,
    "fruit": lambda row: f"{row['kind']} of {row['account_id']} on {day(row['happened_at'])}: {row['text']}",
    "member": member_words,
    "note": lambda row: f"note about {row['account_id']}: {row['text']}",
    "promise": promise_words,
    "annotation": lambda row: f"note on {day(row['day'])}, {row['brand']}: {row['text']}",
    "saved_view": lambda row: f"view {row['name']} of {row['page']}",
    "contact": lambda row: f"{row['name']} as {row['account_id']}",
    "merge": merge_words,
}
