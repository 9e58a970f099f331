"""The tags of relationships: as they are now, put on and taken off of many at once."""

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from pipeline import journal, journal_reads
from views import _data, _rights, _texts, _words, _writes

say = _texts.of("relationships")

WHAT = "list"


def typed() -> list[dict[str, Any]]:
    """Return what people typed of tags, the last word last: account_id, tag, belongs; none where nobody is named."""
    if not _rights.viewer().sees_names:
        return []
    rows = sorted(_data.typed(journal_reads.read_members, ()), key=lambda row: row["written_at"])
    return [
        {"account_id": row["account_id"], "tag": row["name"], "belongs": row["belongs"]}
        for row in rows
        if row["what"] == WHAT
    ]


def known(brand: str, words: list[dict[str, Any]]) -> list[str]:
    """Return the tags that there are, those in ``words`` (of `typed`) among them that are not published yet."""
    return sorted({*_data.ask("tags", brand=brand)["tag"], *(row["tag"] for row in words if row["belongs"])})


def draw(tags: list[str], people: pd.DataFrame) -> None:
    """Let one put a tag on the ticked people, or take one off; one change, one undo. Who is not named has none."""
    if not _rights.viewer().sees_names:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            say("tag_label"),
            tags,
            index=None,
            accept_new_options=True,
            placeholder=say("tag_hint"),
            key="new_tag",
            width=280,
        )
        ready = bool(name and not people.empty)
        on = st.button(say("tag_do"), icon=":material/label:", disabled=not ready)
        off = st.button(say("untag_do"), type="tertiary", disabled=not ready)
    if people.empty and name:
        st.caption(say("tag_none"))
    if (on or off) and name:
        put(people, name, bool(on))


def put(people: pd.DataFrame, name: str, belongs: bool) -> None:
    """Put a tag on people or take it off; those who are not told by name cannot have one."""
    accounts = people["account_id"].dropna().tolist()
    unnamed = len(people) - len(accounts)
    if unnamed:
        st.warning(say("tag_unnamed", people=_words.count(unnamed, "person", "people")))
    if accounts:
        many = _words.count(len(accounts), "person", "people")
        words = say("tagged" if belongs else "untagged", people=many, tag=name)
        change = partial(journal.save_members, _data.workspace(), accounts, WHAT, name, belongs)
        if _writes.write(change, words) and not unnamed:
            st.rerun()
