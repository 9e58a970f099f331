"""The way back from a person, or from messages, to the page that led there, with what was chosen on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import streamlit as st

from views import _texts

say = _texts.of("person")

LEFT = "left_pages"  # in the session: page -> Left
OPENED = "opened_pages"  # in the session: (page, what it was led to by) -> those of SPAN that the address had then
AGAIN = "resumed"  # in the session: that a run begins anew
PULSE = ""  # the address of the page that opens first
WAYS = {  # the address of a page from which people are opened -> its file, and the text of the way back to it
    PULSE: ("views/pulse.py", "back_to_pulse"),
    "relationships": ("views/relationships.py", "back_to_list"),
    "growth": ("views/growth.py", "back_to_growth"),
    "conversations": ("views/conversations.py", "back_to_conversations"),
}
LED = {"person": ("person",), "conversations": ("message", "from", "until")}  # page -> in addresses that lead there
SHARED = ("brand", "period", "dates", "image")  # kept by Streamlit from page to page, and not to be set by an address
SPAN = SHARED[:3]  # without which other numbers stand on a page


@dataclass(frozen=True)
class Left:
    """A page as it was when somebody left it: its own part of the address, and what was chosen in fields.

    What stands in an address is the words of a field, not its values. ``to`` is the address to which it was left.
    """

    address: dict[str, list[str]]
    chosen: dict[str, Any]
    to: dict[str, str]


def open_person(person_id: str, page: str = "relationships") -> NoReturn:
    """Leave a page for a person; how it was left is remembered."""
    leave(page, "person", {"person": person_id})


def leave(page: str, other: str, to: dict[str, str]) -> NoReturn:
    """Leave a page for another one with an address of its own; how it was left is remembered."""
    address = {key: st.query_params.get_all(key) for key in st.query_params if key not in SHARED}
    chosen = {key: st.session_state[key] for key in (*SHARED, *address) if key in st.session_state}
    others = {name: left for name, left in st.session_state.get(LEFT, {}).items() if name != page}
    st.session_state[LEFT] = others | {page: Left(address, chosen, to)}  # the last one last
    span = {key: chosen[key] for key in SPAN if key in st.query_params}
    st.session_state.setdefault(OPENED, {})[other, led_by(other, to)] = span
    st.switch_page(f"views/{other}.py", query_params=to)


def led_by(page: str, address: Mapping[str, str]) -> tuple[str | None, ...]:
    """Return what in an address led to a page."""
    return tuple(address.get(key) for key in LED[page])


def offer() -> None:
    """Draw the way back to the page that was left last for a person, where there is one.

    A link and no button: it takes brand and period along, and is one step in the browser's history.
    """
    left: dict[str, Left] = st.session_state.get(LEFT, {})
    ways = [page for page in left if "person" in left[page].to]
    if not ways:
        return
    file, words = WAYS[ways[-1]]
    st.page_link(file, label=say(words), icon=":material/arrow_back:", query_params=left[ways[-1]].address)


def resume(page: Any) -> None:
    """Bring back what was chosen where somebody returns by the browser's Back; before the widgets of the page.

    On its way from one page to another, Streamlit writes the address in several steps, and the browser remembers each:
    the first page with what leads to the second in the place of its filters, and the second without brand or period.
    In the run of a Back the address alone counts, so that it begins anew.
    """
    path, again = page.url_path, st.session_state.pop(AGAIN, False)
    left = st.session_state.get(LEFT, {}).get(path)
    of_others = [key for other, keys in LED.items() if other != path for key in keys if key in st.query_params]
    if left is not None and of_others:
        for key in {*of_others, *left.to}:
            st.query_params.pop(key, None)
        st.query_params.update({key: value for key, value in left.address.items() if key not in left.chosen})
        begin_anew(left.chosen)
    if path in LED and not again:
        opened = st.session_state.get(OPENED, {}).get((path, led_by(path, st.query_params)), {})
        chosen = {key: value for key, value in opened.items() if key not in st.query_params}
        if chosen:
            begin_anew(chosen)


def begin_anew(chosen: dict[str, Any]) -> NoReturn:
    """Run the page again, with what was chosen in its fields."""
    st.session_state.update(chosen | {AGAIN: True})
    st.rerun()


def forget() -> None:
    """Let brand and period be what somebody just chose, whatever they were when a page was opened."""
    st.session_state.pop(OPENED, None)
