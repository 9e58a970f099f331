"""The tags of a person: shown as they are now, put on and taken off."""

from functools import partial

import pandas as pd
import streamlit as st

from pipeline import journal
from views import _data, _texts, _words, _writes
from views._person_typed import Rows
from views._person_whom import Whom

say = _texts.of("person")

WHAT = "list"


def now(whom: Whom, members: Rows) -> dict[str, bool]:
    """Return the tags of a person, and whether each waits for the next refresh: the newest word on a tag counts."""
    newest: dict[str, tuple[pd.Timestamp, bool]] = {}
    for row in members:
        if row["what"] == WHAT and (row["name"] not in newest or row["written_at"] > newest[row["name"]][0]):
            newest[row["name"]] = (row["written_at"], row["belongs"])
    published = list(whom.row["tags"])
    found = {tag: False for tag in published if newest.get(tag, (None, True))[1]}
    added = {tag: True for tag, (_, belongs) in newest.items() if belongs and tag not in published}
    return dict(sorted((found | added).items()))


def draw(whom: Whom, members: Rows) -> None:
    """Show the tags, each with what takes it off, and let one put another on."""
    with st.container(horizontal=True, vertical_alignment="center"):
        for tag, waits in now(whom, members).items():
            one(whom, tag, waits)
        if whom.may_be_written:
            with st.popover(say("tag_add"), icon=":material/label:", type="tertiary"):
                add(whom)


def one(whom: Whom, tag: str, waits: bool) -> None:
    """Draw a tag; a press takes it off."""
    label = _words.plain(f"{tag} ×" if whom.may_be_written else tag)
    help_text = say("tag_waits") if waits else say("tag_off_help")
    icon = ":material/hourglass_top:" if waits else ":material/label:"
    off = st.button(label, key=f"tag-{tag}", icon=icon, help=help_text, disabled=not whom.may_be_written)
    if off and put(whom, tag, False):
        st.rerun()


def add(whom: Whom) -> None:
    """Draw what puts a tag on: an old or a new one."""
    known = _data.ask("tags", brand=whom.brand)["tag"].tolist()
    turn = st.session_state.setdefault("turn-tag", 0)
    tag = st.selectbox(
        say("tag"),
        known,
        index=None,
        accept_new_options=True,
        placeholder=say("tag_hint"),
        key=f"new-tag-{whom.person_id}-{turn}",
    )
    if st.button(say("tag_do"), disabled=not tag) and tag and put(whom, tag, True):
        st.session_state["turn-tag"] += 1
        st.rerun()


def put(whom: Whom, tag: str, belongs: bool) -> bool:
    """Put a tag on a person or take it off; on all of their accounts, so that no older word wins."""
    change = partial(journal.save_members, _data.workspace(), whom.accounts, WHAT, tag, belongs)
    return _writes.write(change, say("tag_put" if belongs else "tag_off", name=whom.name, tag=tag))
