"""How single messages are drawn: as plain text, with direction, score and confidence."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import pandas as pd
import streamlit as st

from pipeline.touch import OFFLINE_KINDS
from views import _rights, _texts, _words
from views._labels import SIGNS

say = _texts.of("messages")

URL_SAFE = ":/?&=%#@+,;~"  # nothing with which a link could end early and Markdown begin
KINDS = {
    "call": ":material/call:",
    "meeting": ":material/handshake:",
    "gift": ":material/redeem:",
    "like": ":material/favorite:",
}


def thread(touches: pd.DataFrame, brand: str, opinion: bool = True) -> None:
    """Draw touches in the order given, theirs and ours."""
    for touch in rows(touches):
        message(touch, brand, opinion)


def rows(touches: pd.DataFrame) -> Iterable[dict[str, Any]]:
    """Yield the rows of a frame as plain dicts with string keys."""
    for row in touches.to_dict("records"):
        yield {str(key): value for key, value in row.items()}


def message(touch: dict[str, Any], brand: str, opinion: bool = True) -> None:
    """Draw one touch: who to whom, when and where; the words as they are; and what the model says of them.

    Without ``opinion`` that is left out, for whoever is to label it by their own.
    """
    theirs = touch["direction"] == "in"
    with st.container(border=True):
        person, ours = _words.plain(str(touch["name"])), _words.plain(str(touch["author"] or brand))
        who = f"**{person}** → {_words.plain(brand)}" if theirs else f"**{ours}** → {person}"
        kind = f"{KINDS.get(touch['kind'], '')} {touch['kind']}".strip()
        st.markdown(
            f"{who} · {touch['happened_at']:%d %b %Y %H:%M} · {kind} · {_words.plain(_words.source(touch['source']))}"
        )
        st.text(touch["text"] or say(wordless(touch["kind"]), kind=touch["kind"]))
        parts = [*(score(touch) if opinion else ()), *link(touch)]
        if parts:
            st.caption(" · ".join(parts))


def wordless(kind: str) -> str:
    """Return the text that stands for words that are not there, or not told."""
    return "words_not_told" if kind in OFFLINE_KINDS and not _rights.viewer().sees_names else "without_words"


def score(touch: dict[str, Any]) -> list[str]:
    """Return what is known of the feeling in a touch, in parts of a line of Markdown."""
    parts = []
    if not pd.isna(touch["said"]):
        parts.append(f"{SIGNS[touch['label']]} {touch['label']} {_words.signed(touch['said'])}, {whose(touch)}")
        if touch["rule"]:
            parts.append(say("rule", rule=_words.plain(touch["rule"])))
        if not touch["counts"]:
            parts.append(say("not_counted"))
    if touch["unread"]:
        parts.append(say("not_read", language=_words.plain(touch["unread"])))
    return parts


def whose(touch: dict[str, Any]) -> str:
    """Return whose word the label is, and how sure that is."""
    if touch["label_of_people"]:
        return say("by_person")
    sure = say("confidence", share=_words.percent(touch["confidence"]))
    return f"{sure}, {say('doubtful')}" if touch["doubtful"] else sure


def link(touch: dict[str, Any]) -> list[str]:
    """Return the link to where it was said, where that is known."""
    if not touch["url"] or not str(touch["url"]).startswith(("https://", "http://")):
        return []
    return [f"[{say('original')}]({quote(touch['url'], safe=URL_SAFE)})"]
