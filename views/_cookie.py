"""What a browser keeps from one visit to the next: the name of whoever writes."""

from urllib.parse import unquote

import streamlit as st

AUTHOR = "orchard_author"

# Streamlit reads cookies and sets none, and a session ends at every reload. What is written is given as data: the
# script is always this one.
KEEP = st.components.v2.component(
    "keep_author",
    js=f"""
export default ({{ data }}) => {{
    const days = data ? 365 : 0;
    document.cookie = `{AUTHOR}=${{encodeURIComponent(data)}}; path=/; max-age=${{days * 86400}}; samesite=strict`;
}};
""",
)


def author() -> str:
    """Return the name with which somebody wrote last in this browser; empty where nobody has."""
    return unquote(st.context.cookies.to_dict().get(AUTHOR, ""))


def keep_author(name: str) -> None:
    """Let the browser keep a name for a year, or forget it where it is empty."""
    KEEP(data=name)
