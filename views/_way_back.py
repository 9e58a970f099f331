"""The way back from a person to the page where they were chosen, with what was chosen there."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from views import _texts

say = _texts.of("person")

LEFT = "left_for_a_person"  # in the session: page -> Left
PULSE = ""  # the address of the page that opens first
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
    st.session_state[LEFT] = st.session_state.get(LEFT, {}) | {page: Left(address, shared)}
    st.switch_page("views/person.py", query_params={"person": person_id})


def offer() -> None:
    """Draw the way back, where somebody came from the list."""
    left = st.session_state.get(LEFT, {}).get("relationships")
    if left is not None and st.button(say("back_to_list"), icon=":material/arrow_back:", type="tertiary"):
        st.switch_page("views/relationships.py", query_params=left.address)


def resume(page: Any) -> None:
    """Bring back what was chosen on a page to which somebody returns by the browser's Back; before its widgets.

    Before it leaves a page, Streamlit gives it the address of the next one, so that the browser remembers the page
    with that person in the place of its filters. What all pages share is lost where an address does not name it.
    """
    left = st.session_state.get(LEFT, {}).get(page.url_path)
    if left is not None and "person" in st.query_params:
        st.session_state.update(left.shared)
        st.switch_page(page, query_params=left.address)
