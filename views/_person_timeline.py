"""Everything that passed between a person and us, thread by thread, theirs on the left and ours on the right."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Literal

import pandas as pd
import streamlit as st

from views import _address, _asked, _filters, _messages, _person_entries, _person_items, _texts, _words
from views._person_typed import Typed
from views._person_whom import Whom

say = _texts.of("person")

PAGE = 10  # threads
TAIL = 6  # touches of a thread that are shown: the latest
WIDTH = 660  # pixels of a touch, so that both sides can be told apart on a wide screen

Which = Callable[[pd.DataFrame], pd.Series]
SHOWN: dict[str, Which] = {
    "everything": lambda touches: pd.Series(True, index=touches.index),
    "theirs": lambda touches: touches["direction"] == "in",
    "ours": lambda touches: touches["direction"] == "out",
    "offline": lambda touches: touches["offline"].astype(bool),
}


@st.fragment
def draw(whom: Whom, touches: pd.DataFrame, typed: Typed | None) -> None:
    """Show the threads, the one with the latest touch first; a choice of what to see redraws only this part."""
    _address.say_left_out("show", say("show"), map(say, SHOWN))
    shown = st.segmented_control(
        say("show"), tuple(SHOWN), default="everything", required=True, key="show", bind="query-params", format_func=say
    )
    found = threads(touches[SHOWN[shown or "everything"](touches)])
    if not found:
        st.info(say("timeline_none"))
        return

    def read(many: int, skip: int) -> list[pd.DataFrame]:
        return found[skip : skip + many]

    key, in_sight = _filters.listed(read, PAGE, "timeline", whom.brand, whom.person_id, shown)
    for thread in in_sight:
        with st.container(border=len(thread) > 1):
            one_thread(thread, whom, typed)
    _filters.pager(key, len(found), PAGE)


def threads(touches: pd.DataFrame) -> list[pd.DataFrame]:
    """Return touches by conversation, each oldest first, the conversation with the latest touch first."""
    if touches.empty:
        return []
    conversations = touches["conversation"].fillna(touches["touch_id"])
    order = touches.sort_values(["happened_at", "touch_id"])
    groups = [group for _, group in order.groupby(conversations, sort=False)]
    return sorted(groups, key=lambda group: (group["happened_at"].iloc[-1], group["touch_id"].iloc[-1]), reverse=True)


def one_thread(thread: pd.DataFrame, whom: Whom, typed: Typed | None) -> None:
    """Draw a thread's latest touches, and the way to all of it."""
    last = thread.iloc[-1]
    if len(thread) > 1:
        with st.container(horizontal=True, vertical_alignment="center"):
            days = _words.days(thread["happened_at"].iloc[0], last["happened_at"] + timedelta(days=1))
            st.markdown(f"**{say('thread', many=len(thread), days=days)}**", width="stretch")
            open_thread(last["touch_id"], "thread")
    if len(thread) > TAIL:
        st.caption(earlier(len(thread) - TAIL))
    for touch in _messages.rows(thread.tail(TAIL)):
        one_touch(touch, whom, typed)


def earlier(many: int) -> str:
    """Return how many touches of a thread are not drawn."""
    return say("earlier_one" if many == 1 else "earlier", many=many)


def one_touch(touch: dict[str, Any], whom: Whom, typed: Typed | None) -> None:
    """Draw a touch on its side, with what can be done with it."""
    side: Literal["left", "right"] = "left" if touch["direction"] == "in" else "right"
    with st.container(horizontal_alignment=side), st.container(width=WIDTH):
        _messages.message(touch, whom.brand_name)
        if touch["waits"]:
            _person_items.waiting()
        _person_entries.actions(touch["touch_id"], whom, typed)


def open_thread(touch_id: str, key: str, label: str | None = None) -> None:
    """Draw what leads to the whole thread around a message."""
    if st.button(label or say("read_thread"), key=f"{key}-{touch_id}", icon=":material/forum:", type="tertiary"):
        _asked.open_thread(touch_id)
