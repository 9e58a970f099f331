"""The way back from a person to the page where they were chosen, with what was chosen there."""

from dataclasses import dataclass
from typing import Any, NoReturn

import streamlit as st

from views import _texts

say = _texts.of("person")

LEFT = "left_for_a_person"  # in the session: page -> Left
OPENED = "opened_people"  # in the session: person -> those of SPAN that the address had when that person was opened
AGAIN = "resumed"  # in the session: that a run begins anew
PULSE = ""  # the address of the page that opens first
WAYS = {  # the address of a page from which people are opened -> its file, and the text of the way back to it
    PULSE: ("views/pulse.py", "back_to_pulse"),
    "relationships": ("views/relationships.py", "back_to_list"),
    "growth": ("views/growth.py", "back_to_growth"),
    "conversations": ("views/conversations.py", "back_to_conversations"),
}
SHARED = ("brand", "period", "dates", "image")  # kept by Streamlit from page to page, and not to be set by an address
SPAN = SHARED[:3]  # without which other numbers stand on a page


@dataclass(frozen=True)
class Left:
    """A page as it was when somebody left it for a person: its own part of the address, and what was chosen in fields.

    What stands in an address is the words of a field, not its values.
    """

    address: dict[str, list[str]]
    chosen: dict[str, Any]


def open_person(person_id: str, page: str = "relationships") -> None:
    """Leave a page for a person; how it was left is remembered."""
    address = {key: st.query_params.get_all(key) for key in st.query_params if key not in SHARED}
    chosen = {key: st.session_state[key] for key in (*SHARED, *address) if key in st.session_state}
    others = {name: left for name, left in st.session_state.get(LEFT, {}).items() if name != page}
    st.session_state[LEFT] = others | {page: Left(address, chosen)}  # the last one last
    st.session_state.setdefault(OPENED, {})[person_id] = {key: chosen[key] for key in SPAN if key in st.query_params}
    st.switch_page("views/person.py", query_params={"person": person_id})


def offer() -> None:
    """Draw the way back to the page that was left last for a person, where there is one.

    A link and no button: it takes brand and period along, and is one step in the browser's history.
    """
    ways: dict[str, Left] = st.session_state.get(LEFT, {})
    if not ways:
        return
    page, left = list(ways.items())[-1]
    file, words = WAYS[page]
    st.page_link(file, label=say(words), icon=":material/arrow_back:", query_params=left.address)


def resume(page: Any) -> None:
    """Bring back what was chosen where somebody returns by the browser's Back; before the widgets of the page.

    On its way from a page to a person, Streamlit writes the address in several steps, and the browser remembers each:
    the page with that person in the place of its filters, and the person without brand or period. In the run of a Back
    the address alone counts, so that it begins anew.
    """
    person, left = st.query_params.get("person"), st.session_state.get(LEFT, {}).get(page.url_path)
    again = st.session_state.pop(AGAIN, False)
    if page.url_path == "person":
        opened = st.session_state.get(OPENED, {}).get(person, {})
        chosen = {key: value for key, value in opened.items() if key not in st.query_params}
        if chosen and not again:
            begin_anew(chosen)
    elif left is not None and person:
        st.query_params.pop("person")
        st.query_params.update({key: value for key, value in left.address.items() if key not in left.chosen})
        begin_anew(left.chosen)


def begin_anew(chosen: dict[str, Any]) -> NoReturn:
    """Run the page again, with what was chosen in its fields."""
    st.session_state.update(chosen | {AGAIN: True})
    st.rerun()


def forget() -> None:
    """Let brand and period be what somebody just chose, whatever they were when a person was opened."""
    st.session_state.pop(OPENED, None)
