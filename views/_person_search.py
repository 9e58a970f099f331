"""How one finds a person by name or handle."""

from typing import Any

import pandas as pd
import streamlit as st

from views import _data, _messages, _person_whom, _texts, _words

say = _texts.of("person")

MOST = 10  # are shown; who is not among them is found by more letters


def matches(brand: str, words: str) -> pd.DataFrame:
    """Return those whose name or handle holds the words, the strongest tie first."""
    everybody = {"sources": [], "stages": [], "tags": [], "typed": [], "list": "everybody", "touches": 1}
    return _data.ask("relationships", brand=brand, search=words, sort="strongest tie", many=MOST, skip=0, **everybody)


def line(row: dict[Any, Any]) -> str:
    """Return somebody in words, so that two of one name can be told apart."""
    return say("found", name=_person_whom.called(row), source=_words.source(row["source"]), role=row["role"])


def to_page(brand: str) -> None:
    """Draw the search that leads to the page of who is found."""
    words = st.text_input(say("search"), key="find", placeholder=say("search_hint")).strip()
    if not words:
        return
    found = matches(brand, words)
    if found.empty:
        st.info(say("search_none"))
    for row in found.to_dict("records"):
        key, label = f"open-{row['person_id']}", _words.plain(line(row))
        st.button(label, key=key, type="tertiary", icon=":material/person:", on_click=choose, args=(row["person_id"],))


def choose(person_id: str) -> None:
    """Make somebody the one whom the page is about."""
    st.session_state[_person_whom.HERE] = st.query_params[_person_whom.HERE] = person_id


def another(brand: str, person_id: str, key: str, label: str) -> dict[str, Any] | None:
    """Let one choose another person who is told by name; return their row of the read `relationships`."""
    words = st.text_input(label, key=f"{key}-words-{person_id}", placeholder=say("search_hint")).strip()
    if not words:
        return None
    found = matches(brand, words)
    rows: list[dict[str, Any]] = [
        row for row in _messages.rows(found) if row["account_id"] and row["person_id"] != person_id
    ]
    if not rows:
        st.caption(say("search_none"))
        return None
    key = f"{key}-{person_id}-{words}"
    place: int = st.selectbox(say("which"), range(len(rows)), format_func=lambda each: line(rows[each]), key=key)
    return rows[place]
