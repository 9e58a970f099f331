"""The answers that one gives on Review: a button and a key for each, one counts for a message, the last goes back."""

from typing import NamedTuple

import streamlit as st

from pipeline.journal import LABELS
from views import _labels, _rights, _texts, _writes

say = _texts.of("review")

KEYS = {"negative": "1", "neutral": "2", "positive": "3"}


class Turn(NamedTuple):
    """A message that waits for an answer, or none where all are done."""

    brand: str
    pile: str
    touch_id: str | None


def draw(brand: str, touch_id: str | None, pile: str, skipped: list[str]) -> None:
    """Draw a button for each answer; each has a key.

    They are the buttons of this message alone: a second press that was on its way when the next message came must not
    be taken for an answer to that.
    """
    turn, nothing = Turn(brand, pile, touch_id), touch_id is None
    with st.container(horizontal=True):
        for label in LABELS:
            st.button(
                _labels.say(label),
                key=f"say-{label}-{touch_id}",
                icon=_labels.SIGNS[label],
                shortcut=KEYS[label],
                on_click=answer,
                args=(turn, label),
                disabled=nothing,
            )
        st.button(
            say("skip"), key=f"skip-{touch_id}", shortcut="S", on_click=skip, args=(turn, skipped), disabled=nothing
        )
        st.button(
            say("undo"),
            key=f"back-{touch_id}",
            shortcut="U",
            on_click=take_back,
            args=(turn,),
            disabled=not answered(),
        )
    st.caption(say("keys" if _rights.author() else "name_first"))
    asked()[:] = [turn]


def asked() -> list[Turn]:
    """Return what the page waits for: one turn, or none from an answer until the next message is there.

    Changed in place, as `answered` is: whatever asks Streamlit for something may be cut off there by the next press.
    """
    turns: list[Turn] = st.session_state.setdefault("asked", [])
    return turns


def answered() -> list[str]:
    """Return the changes that the answers made here are, the last one last, but for those taken back."""
    made: list[str] = st.session_state.setdefault("answered", [])
    return made


def is_late(turn: Turn) -> bool:
    """Say whether a press is of a message that is not asked any more, and tell so."""
    if asked() == [turn]:
        return False
    _writes.dismiss()
    st.toast(say("too_soon"), icon=":material/error:")
    return True


def answer(turn: Turn, label: str) -> None:
    """Keep an answer, so that its key can take it back; without a name say so where nothing moves."""
    turns, made = asked(), answered()

    def remember(change_id: str) -> None:
        made.append(change_id)
        turns.clear()

    if is_late(turn):
        return
    if not _rights.author():
        st.toast(say("name_first"), icon=":material/error:", duration="long")
    elif turn.touch_id and _labels.save(turn.brand, [turn.touch_id], label, turn.pile == "sample", remember):
        _writes.dismiss()


def skip(turn: Turn, skipped: list[str]) -> None:
    """Leave a message for later."""
    turns = asked()
    if turn.touch_id and not is_late(turn):
        skipped.append(turn.touch_id)
        turns.clear()


def take_back(turn: Turn) -> None:
    """Take the last answer back; its message comes again. Only without an author it can be tried once more."""
    turns, made = asked(), answered()

    def forget() -> None:
        made.pop()
        turns.clear()

    if made and not is_late(turn) and not _writes.was_taken_back(made[-1], forget) and _rights.author():
        made.pop()
