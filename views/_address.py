"""What an address asks for of the brand and the period, before Streamlit reads it: a brand's key, or what is not here.

Streamlit knows a brand in the address by its name alone, and takes out of it in silence what it does not know.
"""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from views import _texts
from views._words import plain

say = _texts.of("shared")

IN_VAIN = {"brand": "no_such_brand", "period": "no_such_period"}
LONGEST = 60  # characters of what an address asks for that are repeated


def take_key(names: Mapping[str, str]) -> None:
    """Begin a session anew with the name of a brand whose key the address has; ``names`` is key -> name.

    Later only the field beside may set a brand, so that whoever comes back to that address is told of it.
    """
    asked = st.query_params.get("brand", "")
    if "brand" not in st.session_state and asked in names and asked not in names.values():
        st.query_params["brand"] = names[asked]
        st.rerun()


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
