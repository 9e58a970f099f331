"""The way back from a person to the list where they were chosen, with the filters that were in force there."""

import streamlit as st

from views import _texts

say = _texts.of("person")

LEFT = "list_left"


def open_person(person_id: str) -> None:
    """Leave the list for a person; its address is remembered."""
    st.session_state[LEFT] = {key: st.query_params.get_all(key) for key in st.query_params}
    st.switch_page("views/person.py", query_params={"person": person_id})


def offer() -> None:
    """Draw the way back, where somebody came from the list."""
    left = st.session_state.get(LEFT)
    if left is not None and st.button(say("back_to_list"), icon=":material/arrow_back:", type="tertiary"):
        st.switch_page("views/relationships.py", query_params=left)
