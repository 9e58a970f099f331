"""The way back from a person to the page where they were chosen, with what was chosen there."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from views import _texts

say = _texts.of("person")

LEFT = "left_for_a_person"  # in the session: page -> Left
PULSE = ""  # the address of the page that opens first
WAYS = {  # the address of a page from which people are opened -> its file, and the text of the way back to it
    PULSE: ("views/pulse.py", "back_to_pulse"),
    "relationships": ("views/relationships.py", "back_to_list"),
    "growth": ("views/growth.py", "back_to_growth"),
    "conversations": ("views/conversations.py", "back_to_conversations"),
}
SHARED = ("brand", "period", "image")  # kept by Streamlit from page to page, and not to be set by an address


@dataclass(frozen=True)
class Left:
    """A page as it was when somebody left it for a person: its own part of the address, and what all pages share."""

    address: dict[str, list[str]]
    shared: dict[str, Any]


def open_person(person_id: str, page: str = "relationships") -> None:
    """Leave a page for a person; how it was left is remembered."""
    address = {key: st.query_params.get_all(key) for key in st.query_params if key not in SHARED}
    shared = {key: st.session_state[key] for key in SHARED if key in st.session_state}
    others = {name: left for name, left in st.session_state.get(LEFT, {}).items() if name != page}
    st.session_state[LEFT] = others | {page: Left(address, shared)}  # the last one last
    st.switch_page("views/person.py", query_params={"person": person_id})


def offer() -> None:
    """Draw the way back to the page that was left last for a person, where there is one."""
    ways: dict[str, Left] = st.session_state.get(LEFT, {})
    if not ways:
        return
    page, left = list(ways.items())[-1]
    file, words = WAYS[page]
    if st.button(say(words), icon=":material/arrow_back:", type="tertiary"):
        st.switch_page(file, query_params=left.address)


def resume(page: Any) -> None:
    """Bring back what was chosen on a page to which somebody returns by the browser's Back; before its widgets.

    Before it leaves a page, Streamlit gives it the address of the next one, so that the browser remembers the page
    with that person in the place of its filters. What all pages share is lost where an address does not name it.
    """
    left = st.session_state.get(LEFT, {}).get(page.url_path)
    if left is not None and "person" in st.query_params:
        st.session_state.update(left.shared)
        st.switch_page(page, query_params=left.address)
