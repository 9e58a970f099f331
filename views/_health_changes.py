"""What people typed, the newest first, each change to be taken back and made again."""

from typing import Any

import streamlit as st

from pipeline import journal_changes, journal_reads
from pipeline.store import StoreError
from views import _data, _filters, _rights, _texts, _words, _writes

say = _texts.of("health")

PAGE = 20
EVERY = 1_000_000_000


def draw() -> None:
    """Draw the changes of the journal, page by page; labels that follow each other are one."""
    st.subheader(say("changes"))
    if not _rights.viewer().sees_names:
        st.caption(say("changes_not_told"))
        return
    try:
        found = journal_changes.labels_together(_data.typed(journal_changes.read_rows, None, (), EVERY))
        key, rows = _filters.listed(lambda many, skip: found[skip : skip + many], PAGE, "changes")
        shown = journal_changes.told(rows, called, nameless)
    except StoreError as error:
        st.error(_words.plain(str(error)))
        return
    if not found:
        st.caption(say("no_changes"))
    _, page = _filters.page("changes")
    for number, change in enumerate(shown, (page - 1) * PAGE + 1):
        one(number, change)
    _filters.pager(key, len(found), PAGE)


def called(ids: list[str]) -> dict[str, str]:
    """Return what the accounts, messages and brands of these ids are called."""
    contacts = {row["account_id"]: row["name"] for row in _data.typed(journal_reads.read_contacts)}
    return contacts | {row["id"]: with_source(row) for row in _data.ask("called", ids=ids).to_dict("records")}


def with_source(row: dict[Any, Any]) -> str:
    """Return what an account is called, with its source, or anything else as it is."""
    source = row["source"]
    return say("called_on", name=row["called"], source=_words.source(source)) if source else str(row["called"])


def nameless(account_id: str) -> str:
    """Return what stands for somebody who is not told by name, as on the other pages."""
    return say("somebody", source=_words.source(account_id.split(":", 1)[0]))


def one(number: int, change: dict[str, Any]) -> None:
    """Draw one change with its number, by which the button that takes it back, or makes it again, is called."""
    facts = {"number": number, "when": change["written_at"], "author": change["author"], "words": change["words"]}
    with st.container(horizontal=True, vertical_alignment="center"):
        undone = change["undone"]
        words = say("change_undone", by=change["undone_by"], **facts) if undone else say("change", **facts)
        st.text(words, width="stretch")
        if _rights.viewer().may_write:
            label = say("redo_number", number=number) if undone else say("undo_number", number=number)
            key = "redo-of" if undone else "undo-of"
            turned = (number, change["change_ids"], not undone)
            st.button(label, key=f"{key}-{change['change_id']}", type="tertiary", on_click=turn, args=turned)


def turn(number: int, change_ids: list[str], undone: bool) -> None:
    """Take changes back, or make them again, as a button does."""

    def turned(author: str) -> None:
        journal_changes.turn(_data.workspace(), change_ids, author, undone)

    _writes.write(turned, say("undone" if undone else "made_again", number=number))
