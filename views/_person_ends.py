"""The warmest and the worst that a person said, with the way to the thread around it."""

from typing import Any

import pandas as pd
import streamlit as st

from views import _messages, _person_items, _person_timeline, _texts
from views._person_whom import Whom

say = _texts.of("person")

ENDS = {"warmest": ("positive", 1), "worst": ("negative", -1)}
NONE = {"warmest": "warmest_none", "worst": "worst_none"}
OPEN = {"warmest": "warmest_open", "worst": "worst_open"}


def of(touches: pd.DataFrame) -> dict[str, dict[str, Any] | None]:
    """Return their message with the highest and with the lowest score, the newer of equals; None where none is so.

    Only what counts is taken: their words, and what they stated in a call. The warmest is positive, and the worst
    negative. One that the model is in doubt of is taken only where there is no other.
    """
    scored = touches[touches["said"].notna() & touches["counts"].astype(bool)]
    return {end: furthest(scored[scored["label"] == label], sign) for end, (label, sign) in ENDS.items()}


def furthest(scored: pd.DataFrame, sign: int) -> dict[str, Any] | None:
    """Return the message of one label that lies furthest to its side."""
    doubtful = scored["doubtful"].eq(True) & scored["label_of_people"].isna()
    side = scored.assign(far=scored["said"].astype(float) * sign, sure=~doubtful)
    side = side[side["far"] > 0].sort_values(["sure", "far", "happened_at"], ascending=False)
    return next(iter(_messages.rows(side)), None)


def draw(whom: Whom, touches: pd.DataFrame) -> None:
    """Show both beside each other."""
    for column, (end, touch) in zip(st.columns(2), of(touches).items(), strict=True):
        with column:
            st.markdown(f"**{say(end)}**")
            if touch is None:
                st.caption(say(NONE[end]))
                continue
            _messages.message(touch, whom.brand_name)
            if touch["waits"]:
                _person_items.waiting()
            else:
                _person_timeline.open_thread(touch["touch_id"], end, say(OPEN[end]))
