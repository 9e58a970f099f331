"""Conversations: find a message, and read the whole thread around it."""

from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from views import _data, _filters, _messages, _words
from views._filters import Shared

LABELS = ("positive", "neutral", "negative")
DIRECTIONS = {"both": "both directions", "in": "from them", "out": "from us"}
PAGE = 50


def main() -> None:
    """Draw the page."""
    now = _filters.shared()
    st.title(f"Conversations with {_words.plain(now.name)}")
    filters = choose(now)
    key, page = _filters.page(now.brand, filters)
    found = _data.ask("messages", brand=now.brand, many=PAGE, skip=(page - 1) * PAGE, **filters)
    if found.empty:
        st.info("No message fits these filters. Choose a longer period, or take a filter away.")
    else:
        total = int(found["found"].iloc[0])
        st.caption(
            f"{_words.count(total, 'message', 'messages')} from {_words.days(filters['start'], filters['until'])}. "
            "Click one to read the whole thread."
        )
        table(found)
        _filters.pager(key, total, PAGE)
    thread(now)


def choose(now: Shared) -> dict[str, Any]:
    """Draw the filters of this page and return them as parameters of the read."""
    sources = _data.ask("sources", brand=now.brand)["source"].tolist()
    first, second, third, fourth = st.columns([3, 2, 3, 2])
    chosen = {
        "search": first.text_input("Words", key="words", bind="query-params", placeholder="search the text"),
        "labels": second.multiselect("Sentiment", LABELS, key="label", bind="query-params"),
        "sources": third.multiselect("Source", sources, format_func=_words.source, key="where", bind="query-params"),
        "direction": fourth.selectbox(
            "Direction", list(DIRECTIONS), format_func=DIRECTIONS.__getitem__, key="direction", bind="query-params"
        ),
    }
    start, until = period(now)
    return chosen | {"start": start, "until": until}


def period(now: Shared) -> tuple[datetime, datetime]:
    """Return the period in force, which a click on a point elsewhere may have narrowed."""
    start, until = to_day(st.query_params.get("from")), to_day(st.query_params.get("until"))
    if start is None or until is None or start >= until:
        return now.start, now.until
    st.button(f"Only {_words.days(start, until)}. Show the whole period", on_click=widen)
    return start.to_pydatetime(), until.to_pydatetime()


def to_day(text: str | None) -> pd.Timestamp | None:
    """Return a day of the address bar; what is none is as if it were not there."""
    day = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce") if text else pd.NaT
    return None if pd.isna(day) else day


def widen() -> None:
    """Take the narrowed period out of the address bar."""
    for key in ("from", "until"):
        st.query_params.pop(key, None)


def table(found: pd.DataFrame) -> None:
    """Show the messages; a chosen one is remembered in the address bar."""
    shown = pd.DataFrame(
        {
            "When": found["happened_at"],
            "Who": [
                name if way == "in" else f"we → {name}"
                for name, way in zip(found["name"], found["direction"], strict=True)
            ],
            "Text": found["text"],
            "Sentiment": found["label"].fillna("–"),
            "Score": found["said"],
            "Confidence": found["confidence"],
            "Source": [_words.source(name) for name in found["source"]],
        }
    )
    event = st.dataframe(
        shown,
        key=f"messages-{_filters.fingerprint(*found['touch_id'])}",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        height=min(len(shown), 10) * 35 + 40,
        column_config={
            "When": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm"),
            "Text": st.column_config.TextColumn(width=280),
            "Score": st.column_config.NumberColumn(format="%+.2f"),
            "Confidence": st.column_config.NumberColumn(format="percent"),
        },
        alt="Messages with sentiment, score and confidence",
    )
    if event["selection"]["rows"]:
        st.query_params["message"] = found["touch_id"].iloc[event["selection"]["rows"][0]]


def thread(now: Shared) -> None:
    """Show the whole thread of the chosen message, ours and theirs, oldest first."""
    message = st.query_params.get("message")
    touches = _data.ask("thread", brand=now.brand, touch=message) if message else pd.DataFrame()
    if touches.empty:
        return
    st.subheader("The whole thread")
    people = touches.dropna(subset=["person_id"]).drop_duplicates("person_id")
    for person_id, name in zip(people["person_id"], people["name"], strict=True):
        if st.button(_words.plain(name), key=f"person-{person_id}", icon=":material/person:"):
            st.switch_page("views/person.py", query_params={"person": person_id})
    _messages.thread(touches, now.name)


main()
