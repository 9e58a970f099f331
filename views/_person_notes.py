"""Notes about a person: added, mended, taken back."""

import streamlit as st

from pipeline import journal
from views import _data, _person_typed, _texts
from views._person_typed import Item, Rows, Values
from views._person_whom import Whom
from views._words import day

say = _texts.of("person")


def draw(whom: Whom, notes: Rows) -> None:
    """Show the notes, newest first, and let one add to them."""
    st.markdown(f"**{say('notes')}**")
    if not notes:
        st.caption(say("notes_none"))
    for note in notes:
        with st.container(border=True):
            one(whom, note)
    if whom.may_be_written:
        with st.expander(say("note_add"), icon=":material/add_notes:", key=f"note-add-{whom.person_id}"):
            form(whom, None)


def one(whom: Whom, note: Item) -> None:
    """Show a note, or its form where it is being mended."""
    if _person_typed.is_edited("note", note["note_id"]):
        form(whom, note)
        _person_typed.stop_button(note["note_id"])
        return
    st.text(note["text"])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(say("by", author=note["author"], day=day(note["written_at"])), width="stretch")
        if whom.may_be_written:
            _person_typed.buttons(
                "note",
                note["note_id"],
                lambda author: journal.withdraw_note(_data.workspace(), note["note_id"], author),
                say("note_removed"),
            )


def form(whom: Whom, note: Item | None) -> None:
    """Draw the form of a new note, or of one that is mended."""

    def fields() -> Values:
        return {"text": st.text_area(say("note_text"), note["text"] if note else "", max_chars=2000)}

    def save(values: Values, author: str) -> str:
        about = (note["account_id"], note["note_id"]) if note else (whom.account, None)
        return journal.save_note(_data.workspace(), whom.brand, about[0], values["text"], author, about[1])

    key = f"note-{note['row_id'] if note else whom.person_id}"
    _person_typed.form(key, fields, save, say("note_mended") if note else say("note_kept", name=whom.name))
