"""What was typed of a person, thing by thing: shown in its box, mended there, taken back; and the form of one more."""

from collections.abc import Callable
from datetime import date, datetime, time
from functools import partial
from typing import Any, Literal

import streamlit as st

from pipeline import store
from views import _texts, _writes
from views._person_typed import Item, Rows
from views._person_whom import Whom
from views._words import day

say = _texts.of("person")

EDITING = "editing"  # in the session: (what, id) of the thing that is being mended
DATES: Literal["YYYY-MM-DD"] = "YYYY-MM-DD"  # a field takes no names of months; as Conversations shows them
Values = dict[str, Any]
Draw = Callable[[], Any]


def draw(title: str, none: str, items: Rows, each: Callable[[Item], None]) -> None:
    """Draw things under a title, or the words for none."""
    st.markdown(f"**{title}**")
    if not items:
        st.caption(none)
    for item in items:
        each(item)


def one(whom: Whom, what: str, item: Item, show: Draw, mend: Draw, actions: Draw) -> None:
    """Draw a thing with who wrote it and what can be done with it, or its form where it is being mended."""
    item_id = item[f"{what}_id"]
    with st.container(border=True):
        if is_edited(what, item_id):
            mend()
            stop_button(item_id)
            return
        show()
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(say("by", author=item["author"], day=day(item["written_at"])), width="stretch")
            if whom.may_be_written:
                actions()


def form(
    key: str, fields: Callable[[], Values], change: Callable[[Values, str], str], words: str, counts: bool = True
) -> None:
    """Draw a form; keep what it holds and empty it, or say what is wrong and leave it as it is.

    ``change`` takes the values and the author and returns the id of the change; ``words`` say what was done;
    ``counts``: some number may depend on it.
    """
    with st.form(f"{key}-{turn(key)}", border=False):
        values = fields()
        pressed = st.form_submit_button(say("keep"), icon=":material/check:")
        if pressed and _writes.write(partial(change, values), words, counts):
            st.session_state[f"turn-{key}"] += 1
            st.session_state.pop(EDITING, None)
            st.rerun()


def turn(key: str) -> int:
    """Return how often a form was kept; another number makes an empty one of it."""
    return int(st.session_state.setdefault(f"turn-{key}", 0))


def moment(day: date, item: Item | None, now: datetime | None = None) -> datetime:
    """Return when it was: at noon, or ``now`` where that is earlier; as it stood where the day was not changed."""
    if item and item["happened_at"].date() == day:
        return datetime.combine(day, item["happened_at"].time())
    noon = datetime.combine(day, time(12))
    return max(datetime.combine(day, time()), min(noon, now or store.now()))  # the day may have begun here, not in UTC


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


def buttons(what: str, item_id: str, withdraw: Callable[[str], str], words: str, counts: bool = True) -> None:
    """Draw what mends a thing and what takes it back; ``withdraw`` takes the author, ``counts`` is as for `form`."""
    key = f"{what}-{item_id}"
    st.button(say("edit"), key=f"edit-{key}", type="tertiary", on_click=edit, args=(what, item_id))
    if st.button(say("remove"), key=f"remove-{key}", type="tertiary") and _writes.write(withdraw, words, counts):
        st.rerun()


def waiting() -> None:
    """Say that the numbers do not know of it yet."""
    st.caption(f":material/hourglass_top: {say('waits')}")
