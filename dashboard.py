"""The frame of the dashboard: page config, navigation, run."""

from pathlib import Path

import streamlit as st

from views import _filters, _print, _rights, _unread, _way_back, _writes

# A file of ours: symbols by name are fetched from the network.
ICON = Path(__file__).parent / "views" / "icon.png"

st.set_page_config(page_title="Orchard", page_icon=str(ICON), layout="wide")

PAGES = [
    st.Page("views/pulse.py", title="Pulse", icon=":material/monitor_heart:", default=True),
    st.Page("views/relationships.py", title="Relationships", icon=":material/group:"),
    st.Page("views/compare.py", title="Compare", icon=":material/compare_arrows:"),
    st.Page("views/growth.py", title="Growth", icon=":material/forest:"),
    st.Page("views/person.py", title="Person", icon=":material/person:"),
    st.Page("views/conversations.py", title="Conversations", icon=":material/forum:"),
    st.Page("views/review.py", title="Review", icon=":material/rate_review:"),
    st.Page("views/health.py", title="Health", icon=":material/health_and_safety:"),
]

page = st.navigation(PAGES)
st.set_page_config(page_title=f"{page.title} · Orchard")
_way_back.resume(page)
_print.style()
if _filters.sidebar():
    _rights.say_unreadable()
    _writes.offer_undo()
    _unread.run(page)
