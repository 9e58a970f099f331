"""What people typed of one person, as it counts now, and how it is listed, mended and taken back."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from pipeline import journal_reads
from pipeline.store import StoreError
from views import _data, _texts, _words, _writes
from views._labels import Since
from views._person_whom import Whom

say = _texts.of("person")

EDITING = "editing"  # in the session: (what, id) of the thing that is being mended
Item = dict[str, Any]
Rows = list[Item]
Values = dict[str, Any]


@dataclass(frozen=True)
class Typed:
    """The rows of the reads of `pipeline.journal_reads` of these names; ``since``, ``labels``: what waits."""

    entries: Rows
    since: Rows
    fruit: Rows
    notes: Rows
    promises: Rows
    members: Rows
    annotations: Rows
    labels: Since


def read(whom: Whom) -> Typed | None:
    """Return what was typed of a person, or None, having said why it cannot be read. Who is not named has nothing."""
    place, brand, accounts = _data.workspace(), whom.brand, whom.accounts
    try:
        annotations, labels = journal_reads.read_annotations(place, brand), _data.labels_since(brand)
        if not accounts:
            return Typed([], [], [], [], [], [], annotations, labels)
        return Typed(
            entries=journal_reads.read_entries(place, brand, accounts),
            since=journal_reads.read_entries_since(place, brand, accounts, whom.until),
            fruit=journal_reads.read_fruit(place, brand, accounts),
            notes=journal_reads.read_notes(place, brand, accounts),
            promises=journal_reads.read_promises(place, brand, accounts),
            members=journal_reads.read_members(place, accounts),
            annotations=annotations,
            labels=labels,
        )
    except StoreError as error:
        st.error(say("unreadable", reason=_words.plain(str(error))))
        return None


def form(key: str, fields: Callable[[], Values], change: Callable[[Values, str], str], words: str) -> None:
    """Draw a form; keep what it holds and empty it, or say what is wrong and leave it as it is.

    ``change`` takes the values and the author and returns the id of the change; ``words`` say what was done.
    """
    turn = st.session_state.setdefault(f"turn-{key}", 0)
    with st.form(f"{key}-{turn}", border=False):
        values = fields()
        pressed = st.form_submit_button(say("keep"), icon=":material/check:")
        if pressed and _writes.write(partial(change, values), words):
            st.session_state[f"turn-{key}"] += 1
            st.session_state.pop(EDITING, None)
            st.rerun()


def is_edited(what: str, item_id: str) -> bool:
    """Say whether this thing is being mended."""
    return st.session_state.get(EDITING) == (what, item_id)


def edit(what: str, item_id: str) -> None:
    """Begin to mend a thing."""
    st.session_state[EDITING] = (what, item_id)


def stop() -> None:
    """Stop mending."""
    st.session_state.pop(EDITING, None)


def stop_button(key: str) -> None:
    """Draw what leaves a thing as it was."""
    st.button(say("cancel"), key=f"stop-{key}", type="tertiary", on_click=stop)


def buttons(what: str, item_id: str, withdraw: Callable[[str], str], words: str) -> None:
    """Draw what mends a thing and what takes it back; ``withdraw`` takes the author."""
    key = f"{what}-{item_id}"
    st.button(say("edit"), key=f"edit-{key}", type="tertiary", on_click=edit, args=(what, item_id))
    if st.button(say("remove"), key=f"remove-{key}", type="tertiary") and _writes.write(withdraw, words):
        st.rerun()


def waiting() -> None:
    """Say that the numbers do not know of it yet."""
    st.caption(f":material/hourglass_top: {say('waits')}")
