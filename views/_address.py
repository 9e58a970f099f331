"""What an address asks for, before Streamlit reads it: other words for what is here, and what is not here.

Streamlit knows a choice in the address by its words alone, and takes out of it in silence what it does not know.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st

from views import _texts
from views._words import plain

say = _texts.of("shared")

IN_VAIN = {"brand": "no_such_brand", "period": "no_such_period"}
LONGEST = 60  # characters of what an address asks for that are repeated


def take(field: str, names: Mapping[str, str]) -> None:
    """Begin a field anew with the words of a choice whose key, or words of old, the address has: key -> words.

    Later only the field itself may set it, so that whoever comes back to that address is told of it.
    """
    asked = st.query_params.get(field, "")
    if field not in st.session_state and asked in names and asked not in names.values():
        st.query_params[field] = names[asked]
        st.rerun()


def say_left_out(field: str, called: str, choices: Iterable[str]) -> None:
    """Say what the address asks of a field of a page in vain, above where it stands; ``choices`` are its words."""
    words = set(choices)
    for asked in st.query_params.get_all(field):
        if asked not in words:
            st.warning(say("left_out", asked=plain(asked[:LONGEST]), field=plain(called)), icon=":material/link_off:")


def not_here(known: Mapping[str, Mapping[Any, str]]) -> list[tuple[str, str]]:
    """Return (filter, what the address asks of it) where that is not among ``known``: filter -> {choice: words}."""
    asked = {name: st.query_params.get(name, "") for name in known}
    return [(name, asked[name]) for name, words in known.items() if asked[name] and asked[name] not in words.values()]


def say_not_here(missed: list[tuple[str, str]], known: Mapping[str, Mapping[Any, str]]) -> None:
    """Say above the page what the address asked for in vain, and what is shown in its place."""
    for name, asked in missed:
        shown = known[name][st.session_state[name]]
        words = say(IN_VAIN[name], asked=plain(asked[:LONGEST]), shown=plain(shown))
        st.warning(words, icon=":material/link_off:")
