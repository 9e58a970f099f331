"""How the model's errors are taken out of what Pulse shows."""

from typing import Any

import pandas as pd
import streamlit as st

from views import _data, _rights, _texts
from views._filters import VOICE, Shared
from views._words import plain

say = _texts.of("pulse")

MANY_CHOSEN = 0.03  # of the mentions: each can move the sum by at most twice its share


def unchecked(now: Shared) -> None:
    """Say where no label of the brand's own messages stands behind the feeling, with the way to make some."""
    ways = _data.ask("correction", brand=now.brand, start=now.start, until=now.until)
    if checked(ways):
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(say("unchecked", name=plain(now.name)), width="content")
        if _rights.viewer().sees_people:  # else there is no message to label
            st.page_link("views/review.py", label=say("check"), icon=":material/rate_review:")


def checked(ways: pd.DataFrame) -> bool:
    """Say whether labels of a brand's own messages stand behind its feeling, or there is none to stand behind."""
    return bool(ways.empty or ways["labels"].any())


def draw(now: Shared) -> None:
    """Say whose labels the model's errors are taken out of the numbers by, and what that leaves open."""
    ways = _data.ask("correction", brand=now.brand, start=now.start, until=now.until)
    if not ways.empty:
        st.caption(say("correction", ways="; ".join(in_words(way) for way in ways.to_dict("records"))) + twice(ways))


def twice(ways: pd.DataFrame) -> str:
    """Warn where people labelled so many messages of their choice that errors may be taken out of the sums twice."""
    chosen = int(ways["chosen"].sum())
    return say("taken_out_twice", many=chosen) if chosen > MANY_CHOSEN * ways["mentions"].sum() else ""


def in_words(way: dict[Any, Any]) -> str:
    """Return how the errors in some of the mentions are taken out, in words."""
    many = VOICE.mentions(way["mentions"])
    if way["origin"] == "none":
        return say("not_corrected", mentions=many, band=say("in_band") if way["in_band"] else "")
    shaky = say("shaky") if way["shaky"] else ""
    if way["origin"] == "model card":
        return say("by_card", mentions=many, shaky=shaky)
    return say("by_labels", mentions=many, labels=int(way["labels"]), origin=way["origin"], shaky=shaky)
