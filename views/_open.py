"""How a table of people leads to one of them, by mouse and by keyboard alike."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from views import _texts, _way_back, _words

say = _texts.of("shared")

Named = Mapping[int, tuple[str, str]]  # row of the table -> (person_id, name); rows that are nobody are left out


def from_table(event: Any, columns: Mapping[str, Named], page: str) -> None:
    """Open the person whose name, in one of ``columns``, was clicked; of any other cell offer it below the table.

    The arrow keys choose cells as clicks do: were every cell to open its person, no key would lead past a row.
    """
    cells = event["selection"]["cells"]
    if not cells:
        return
    row, clicked = cells[0]
    found = columns.get(clicked, next(iter(columns.values()))).get(row)
    if found is None:
        return
    person_id, name = found
    chosen = st.button(say("open_person", name=_words.plain(name)), icon=":material/person:", key=f"open-{page}")
    if chosen or clicked in columns:
        _way_back.open_person(person_id, page)
