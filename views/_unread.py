"""A page that says it where something that it needs cannot be read."""

from typing import Any

import streamlit as st

from pipeline.store import StoreError
from views import _texts
from views._words import plain

say = _texts.of("shared")


def run(page: Any) -> None:
    """Draw a page of `st.navigation`; what needs what cannot be read is left out, and the reason said in its place."""
    try:
        page.run()
    except StoreError as error:
        st.error(say("page_unread", reason=plain(str(error))), icon=":material/error:")
