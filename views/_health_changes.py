"""What people typed last, each change to be taken back."""

from typing import Any

import streamlit as st

from pipeline import journal_changes
from pipeline.store import StoreError
from views import _data, _rights, _texts, _words, _writes

say = _texts.of("health")

SHOWN = 20


def draw() -> None:
    """Draw the newest changes of the journal."""
    st.subheader(say("changes"))
    if not _rights.viewer().sees_names:
        st.caption(say("changes_not_told"))
        return
    try:
        found = journal_changes.read_changes(_data.workspace(), many=SHOWN, called=called)
    except StoreError as error:
        st.error(_words.plain(str(error)))
        return
    if not found:
        st.caption(say("no_changes"))
    elif len(found) == SHOWN:
        st.caption(say("changes_newest", many=SHOWN))
    for number, change in enumerate(found, 1):
        one(number, change)


def called(ids: list[str]) -> dict[str, str]:
    """Return what the accounts and messages of these ids are called."""
    found = _data.ask("called", ids=ids)
    return dict(zip(found["id"], found["called"], strict=True))


def one(number: int, change: dict[str, Any]) -> None:
    """Draw one change with its number, by which the button that takes it back is called."""
    facts = {"number": number, "when": change["written_at"], "author": change["author"], "words": change["words"]}
    with st.container(horizontal=True, vertical_alignment="center"):
        if change["undone"]:
            st.text(say("change_undone", by=change["undone_by"], **facts), width="stretch")
            return
        st.text(say("change", **facts), width="stretch")
        if _rights.viewer().may_write:
            label, made = say("undo_number", number=number), change["change_id"]
            st.button(label, key=f"undo-of-{made}", type="tertiary", on_click=_writes.take_back, args=(made,))
