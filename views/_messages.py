"""How single messages are drawn: as plain text, with direction, score and confidence."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import pandas as pd
import streamlit as st

from views import _words

URL_SAFE = ":/?&=%#@+,;~"  # nothing with which a link could end early and Markdown begin
SIGNS = {
    "positive": ":material/add_circle:",
    "neutral": ":material/radio_button_unchecked:",
    "negative": ":material/do_not_disturb_on:",
}
KINDS = {
    "call": ":material/call:",
    "meeting": ":material/handshake:",
    "gift": ":material/redeem:",
    "like": ":material/favorite:",
}


def thread(touches: pd.DataFrame, brand: str) -> None:
    """Draw touches in the order given, theirs and ours."""
    for touch in rows(touches):
        message(touch, brand)


def rows(touches: pd.DataFrame) -> Iterable[dict[str, Any]]:
    """Yield the rows of a frame as plain dicts with string keys."""
    for row in touches.to_dict("records"):
        yield {str(key): value for key, value in row.items()}


def message(touch: dict[str, Any], brand: str) -> None:
    """Draw one touch: who to whom, when and where; the words as they are; and what the model says of them."""
    theirs = touch["direction"] == "in"
    with st.container(border=True):
        person, ours = _words.plain(str(touch["name"])), _words.plain(str(touch["author"] or brand))
        who = f"**{person}** → {_words.plain(brand)}" if theirs else f"**{ours}** → {person}"
        kind = f"{KINDS.get(touch['kind'], '')} {touch['kind']}".strip()
        st.markdown(
            f"{who} · {touch['happened_at']:%d %b %Y %H:%M} · {kind} · {_words.plain(_words.source(touch['source']))}"
        )
        st.text(touch["text"] or f"({touch['kind']}, without words)")
        score_line(touch)


def score_line(touch: dict[str, Any]) -> None:
    """Draw the score of a touch, if it has one, and the link to where it was said."""
    parts = []
    if not pd.isna(touch["said"]):
        parts.append(
            f"{SIGNS[touch['label']]} {touch['label']} {_words.signed(touch['said'])}, "
            + ("as a person labelled it" if touch["label_of_people"] else f"confidence {touch['confidence']:.0%}")
            + (", doubtful" if touch["doubtful"] and not touch["label_of_people"] else "")
            + (f" · rule: {_words.plain(touch['rule'])}" if touch["rule"] else "")
            + ("" if touch["counts"] else " · not counted: staff, bot or another company")
        )
    if touch["unread"]:
        parts.append(f"not read: language {_words.plain(touch['unread'])} · not counted")
    if touch["url"] and str(touch["url"]).startswith(("https://", "http://")):
        parts.append(f"[original]({quote(touch['url'], safe=URL_SAFE)})")
    if parts:
        st.caption(" · ".join(parts))
