"""Notes about a person: added, mended, taken back."""

from functools import partial

import streamlit as st

from pipeline import journal
from views import _data, _person_items, _texts
from views._person_items import Values
from views._person_typed import Item, Rows
from views._person_whom import Whom

say = _texts.of("person")


def draw(whom: Whom, notes: Rows) -> None:
    """Show the notes, newest first, and let one add to them."""
    _person_items.draw(say("notes"), say("notes_none"), notes, partial(one, whom))
    if whom.may_be_written:
        with st.expander(say("note_add"), icon=":material/add_notes:", key=f"note-add-{whom.person_id}"):
            form(whom, None)


def one(whom: Whom, note: Item) -> None:
    """Show a note."""

    def withdraw(author: str) -> str:
        return journal.withdraw_note(_data.workspace(), note["note_id"], author)

    _person_items.one(
        whom,
        "note",
        note,
        show=lambda: st.text(note["text"]),
        mend=lambda: form(whom, note),
        actions=lambda: _person_items.buttons("note", note["note_id"], withdraw, say("note_removed"), False),
    )


def form(whom: Whom, note: Item | None) -> None:
    """Draw the form of a new note, or of one that is mended."""

    def fields() -> Values:
        return {"text": st.text_area(say("note_text"), note["text"] if note else "", max_chars=2000)}

    def save(values: Values, author: str) -> str:
        about = (note["account_id"], note["note_id"]) if note else (whom.account, None)
        return journal.save_note(_data.workspace(), whom.brand, about[0], values["text"], author, about[1])

    key = f"note-{note['row_id'] if note else whom.person_id}"
    words = say("note_mended") if note else say("note_kept", name=whom.name)
    _person_items.form(key, fields, save, words, counts=False)
