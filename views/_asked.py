"""The filters of conversations: what is asked of the published file, kept in the address bar."""

from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from pipeline.journal import LABELS
from pipeline.store import StoreError
from views import _address, _data, _search, _texts, _way_back, _words
from views._filters import Shared
from views._meaning import CLOSEST, NEWEST

say = _texts.of("conversations")

WAYS = ("words", "meaning")
DIRECTIONS = ("both", "in", "out")
STATES = ("every", "counted", "doubtful", "labelled", "not labelled", "not read")
ALL: dict[str, Any] = {
    "words": [],
    "signs": [],
    "without_words": [],
    "without_signs": [],
    "by_meaning": False,
    "alike": [],
}
CHOSEN = "message_chosen"  # in the session: the message that was clicked in the list
STARTS: dict[str, Any] = {"direction": DIRECTIONS[0], "state": STATES[0]} | {
    name: [] for name in ("label", "where", "kind", "topic", "group", "stage")
}
MORE = ("where", "kind", "topic", "group", "stage", "state", "from")


def choose(now: Shared) -> dict[str, Any] | None:
    """Draw the filters and return them as parameters of the read; None where it cannot be asked, which is said."""
    start, until = period(now)
    sought = search(now)
    _address.say_left_out("label", say("sentiment"), LABELS)
    _address.say_left_out("direction", say("direction"), map(direction, DIRECTIONS))
    first, second = st.columns(2)
    chosen = {
        "labels": first.multiselect(say("sentiment"), LABELS[::-1], key="label", bind="query-params"),
        "direction": second.selectbox(
            say("direction"), DIRECTIONS, format_func=direction, key="direction", bind="query-params"
        ),
    }
    chosen |= more(now)
    return None if sought is None else {"start": start, "until": until} | sought | chosen


def of_counted(start: datetime, until: datetime, label: str = "", topic: str = "") -> dict[str, str]:
    """Return the address of the mentions that count for the feeling in some days, or those of a label or a topic.

    In an address stand the words of a list, not its values.
    """
    narrowed = {"from": f"{start:%Y-%m-%d}", "until": f"{until:%Y-%m-%d}", "state": state("counted")}
    return narrowed | {name: value for name, value in (("label", label), ("topic", topic)) if value}


def open_thread(touch_id: str) -> None:
    """Go from a person to the thread around a message."""
    st.session_state.pop(CHOSEN, None)
    _way_back.leave("person", "conversations", {"message": touch_id})


def direction(name: str) -> str:
    """Return a direction in words."""
    return {"both": say("both"), "in": say("from_them"), "out": say("to_them")}[name]


def search(now: Shared) -> dict[str, Any] | None:
    """Draw the search box; return what is looked for by words or by meaning."""
    like = st.query_params.get("like")
    if like:
        return alike(now, "", like)
    _address.say_left_out("by", say("by"), WAYS)
    box, way = st.columns([3, 1], vertical_alignment="bottom")
    typed = box.text_input(
        say("words"), key="words", bind="query-params", placeholder=say("placeholder"), help=say("words_help")
    )
    by = way.segmented_control(
        say("by"), WAYS, default="words", required=True, key="by", bind="query-params", help=say("by_help")
    )
    if by == "meaning" and typed.strip():
        return alike(now, typed.strip())
    wanted, unwanted = _search.terms(typed)
    return ALL | needles("", wanted) | needles("without_", unwanted)


def needles(name: str, terms: list[str]) -> dict[str, Any]:
    """Return terms as they are looked for, words and signs apart."""
    found = _data.ask("needles", terms=terms)
    is_sign = found["sign"].astype(bool)
    return {f"{name}words": found["needle"][~is_sign].tolist(), f"{name}signs": found["needle"][is_sign].tolist()}


def alike(now: Shared, words: str, like: str | None = None) -> dict[str, Any] | None:
    """Return what is looked for by meaning; None, having said why, where that cannot be."""
    if like:
        st.button(say("not_like"), key="unlike", icon=":material/close:", on_click=unlike)
    try:
        with st.spinner(say("comparing")):
            found = _data.alike(now.brand, words, like)
    except StoreError as error:
        st.error(say("no_meaning", reason=_words.plain(str(error))))
        return None
    if found is None:
        st.info(say("nothing_like" if like and _data.has_meanings(now.brand) else "no_vectors"))
        return None
    st.caption(say("by_meaning", closest=CLOSEST, newest=f"{NEWEST:,}"))
    return ALL | {"by_meaning": True, "alike": found}


def like(touch_id: str) -> None:
    """Look for what is close in meaning to a message, anywhere: the filters that led to it would hide the rest."""
    for key, start in STARTS.items():
        st.session_state[key] = start
    widen()
    st.query_params["like"] = touch_id


def unlike() -> None:
    """Take the message that others are compared with out of the address bar."""
    st.query_params.pop("like", None)


def more(now: Shared) -> dict[str, Any]:
    """Draw the filters that are wanted less often."""
    options = _data.ask("choices", brand=now.brand)
    names = {what: rows["name"].tolist() for what, rows in options.groupby("what")}
    _address.say_left_out("where", say("source"), map(_words.source, names.get("source", [])))
    for what in ("kind", "topic", "group", "stage"):
        _address.say_left_out(what, say(what), names.get(what, []))
    _address.say_left_out("state", say("state"), map(state, STATES))
    if own_days() is None:
        for name in ("from", "until"):
            _address.say_left_out(name, say("days"), ())
    with st.expander(say("more"), icon=":material/tune:", key="more", expanded=are_set()):
        first, second, third = st.columns(3)
        days(first)
        return {
            "sources": first.multiselect(
                say("source"), names.get("source", []), format_func=_words.source, key="where", bind="query-params"
            ),
            "kinds": first.multiselect(say("kind"), names.get("kind", []), key="kind", bind="query-params"),
            "topics": second.multiselect(say("topic"), names.get("topic", []), key="topic", bind="query-params"),
            "groups": second.multiselect(say("group"), names.get("group", []), key="group", bind="query-params"),
            "stages": third.multiselect(say("stage"), names.get("stage", []), key="stage", bind="query-params"),
            "state": third.selectbox(say("state"), STATES, format_func=state, key="state", bind="query-params"),
        }


def are_set() -> bool:
    """Say whether one of the filters below `more` narrows the view, so that none is in force unseen."""
    return any(name in st.query_params for name in MORE)


def state(name: str) -> str:
    """Return the state of a message in words."""
    return {
        "every": say("every"),
        "counted": say("counted_ones"),
        "doubtful": say("doubtful_ones"),
        "labelled": say("labelled_ones"),
        "not labelled": say("unlabelled_ones"),
        "not read": say("unread_ones"),
    }[name]


def period(now: Shared) -> tuple[datetime, datetime]:
    """Return the period in force, which a click on a point elsewhere or days of one's own may have narrowed."""
    narrowed = own_days()
    if narrowed is None:
        return now.start, now.until
    start, until = narrowed
    st.button(say("widen", days=_words.days(start, until)), icon=":material/close:", on_click=widen)
    return start.to_pydatetime(), until.to_pydatetime()


def own_days() -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """Return the first day that the address names and the one after the last; None where it names none in order."""
    start, until = to_day(st.query_params.get("from")), to_day(st.query_params.get("until"))
    return None if start is None or until is None or start >= until else (start, until)


def days(place: Any) -> None:
    """Let one choose the first and the last day."""
    narrowed = own_days()
    value = () if narrowed is None else (narrowed[0].date(), (narrowed[1] - timedelta(days=1)).date())
    place.date_input(say("days"), value, key="days", on_change=narrow, format="YYYY-MM-DD", help=say("days_help"))


def narrow() -> None:
    """Put the chosen days into the address bar; half a choice changes nothing yet."""
    chosen = st.session_state["days"]
    if len(chosen) == 2:
        st.query_params["from"] = f"{chosen[0]:%Y-%m-%d}"
        st.query_params["until"] = f"{chosen[1] + timedelta(days=1):%Y-%m-%d}"
    elif not chosen:
        widen()


def to_day(text: str | None) -> pd.Timestamp | None:
    """Return a day of the address bar; what is none is as if it were not there."""
    day = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce") if text else pd.NaT
    return None if pd.isna(day) else day


def widen() -> None:
    """Take the narrowed period out of the address bar."""
    st.session_state["days"] = ()
    for key in ("from", "until"):
        st.query_params.pop(key, None)
