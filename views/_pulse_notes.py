"""What people noted on days of the brand's history: shown, added and removed, each change to be undone."""

from datetime import date
from string import ascii_uppercase
from typing import Any

import pandas as pd
import streamlit as st

from pipeline import journal
from pipeline.store import StoreError
from views import _data, _rights, _texts, _writes
from views._filters import Shared
from views._words import day, plain

say = _texts.of("pulse")

COLUMNS = ["annotation_id", "day", "text", "author"]


def read(brand: str) -> list[dict[str, Any]]:
    """Return what people noted on days, as the viewer may read it: its words, which may name somebody, only with names.

    Raises StoreError where the journal cannot be read.
    """
    rows = _data.annotations(brand)
    return rows if _rights.viewer().sees_names else [row | {"text": "", "author": ""} for row in rows]


def found(now: Shared) -> tuple[pd.DataFrame, int]:
    """Return the notes since the period began, the oldest first, and how many earlier ones there are.

    They have COLUMNS, ``letter``, and ``drawn``: whether it is of a day of the chart. Every period ends with the newest
    touch, so later notes are of this one, too. It is said where they cannot be read.
    """
    try:
        rows = read(now.brand)
    except StoreError as error:
        st.error(say("notes_unreadable", reason=plain(str(error))))
        rows = []
    notes = pd.DataFrame(rows, columns=COLUMNS)
    days = pd.to_datetime(notes["day"])
    notes = notes.assign(drawn=(days >= now.start) & (days < now.until))
    since = notes[(days >= now.start) | now.everything].sort_values("day", kind="stable", ignore_index=True)
    return since.assign(letter=[letter(number) for number in range(len(since))]), len(notes) - len(since)


def letter(number: int) -> str:
    """Return A, B … Z, A1, B1 …"""
    turn, place = divmod(number, len(ascii_uppercase))
    return f"{ascii_uppercase[place]}{turn or ''}"


def draw(now: Shared, notes: pd.DataFrame, earlier: int) -> None:
    """Show the notes, say how many are ``earlier``, and let one add and remove them."""
    st.subheader(say("notes"))
    may_write, line = _rights.viewer().may_write, "note_line" if _rights.viewer().sees_names else "note_line_untold"
    for row in notes.to_dict("records"):
        told = {"letter": row["letter"], "day": day(row["day"]), "text": row["text"], "author": row["author"]}
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(say(line, **told) + ("" if row["drawn"] else say("note_not_drawn")), width="stretch")
            name = say("note_remove", letter=row["letter"])
            if may_write and st.button(name, key=f"remove-{row['annotation_id']}", type="tertiary"):
                remove(row["annotation_id"], row["letter"])
    if not (notes.empty or _rights.viewer().sees_names):
        st.caption(say("notes_untold"))
    if earlier:
        st.caption(say("notes_earlier", many=earlier))
    if may_write:
        add(now)


def add(now: Shared) -> None:
    """Let one note what happened on a day; what was typed stays until it is kept."""
    kept = st.session_state.setdefault("notes_kept", 0)
    with st.expander(say("note_add"), icon=":material/add_notes:"), st.form(f"note-{kept}", border=False):
        latest = min(date.today(), (now.until - pd.Timedelta(days=1)).date())
        chosen = st.date_input(say("note_day"), value=latest)
        text = st.text_input(say("note_text"), max_chars=200, placeholder=say("note_example")).strip()
        if not st.form_submit_button(say("note_keep")):
            return
        if not text:
            st.error(say("note_empty"))
        elif _writes.write(
            lambda author: journal.save_annotation(_data.workspace(), now.brand, chosen, text, author),
            say("note_kept", day=day(chosen)),
            counts=False,
        ):
            st.session_state["notes_kept"] += 1
            st.rerun()


def remove(annotation_id: str, called: str) -> None:
    """Take a note back."""
    done = _writes.write(
        lambda author: journal.withdraw_annotation(_data.workspace(), annotation_id, author),
        say("note_removed", letter=called),
        counts=False,
    )
    if done:
        st.rerun()
