"""The days of one's own that a period may be: the first and the last, kept in the address bar."""

from datetime import date, datetime, time, timedelta

import pandas as pd
import streamlit as st

from views import _address, _texts, _way_back
from views._words import plain

say = _texts.of("shared")

CHOSEN = "chosen days"  # among the periods
FIELD = "dates"
AT_FIRST = timedelta(days=27)  # from the first to the last day, before somebody chooses others


def begin(first: date, last: date) -> None:
    """Begin with the four weeks up to the last day, of those there are, where the period becomes days of one's own."""
    if st.session_state["period"] == CHOSEN and not st.session_state.get(FIELD):
        choose((max(first, last - AT_FIRST), last))


def choose(days: tuple[date, ...]) -> None:
    """Choose days in the session, which is what Streamlit shows, and in the address, which it leaves as it was."""
    st.session_state[FIELD] = days
    st.query_params[FIELD] = [day.isoformat() for day in days]


def field(first: date, last: date) -> str:
    """Draw the two days, of those that anything is known of; return what the address asked for in vain, if it did."""
    asked = st.query_params.get_all(FIELD)
    forget_unknown(first, last)
    st.date_input(
        say("dates"),
        [],
        first,
        last,
        key=FIELD,
        bind="query-params",
        persist_state="session",
        required=True,
        format="YYYY-MM-DD",
        help=say("dates_help"),
        on_change=_way_back.forget,
    )
    if span() is None:
        st.caption(say("dates_missing"))
    return "" if not asked or are_days(read(asked), first, last) else ", ".join(asked)


def forget_unknown(first: date, last: date) -> None:
    """Take back days that are none to choose: of an address, a saved view, or data that has gone since."""
    kept = st.session_state.get(FIELD, ())
    if kept and not are_days(kept, first, last):
        del st.session_state[FIELD]


def are_days(days: tuple[date, ...], first: date, last: date) -> bool:
    """Say whether days are one, or a first and a last one in whatever order, and lie between two others."""
    return 1 <= len(days) <= 2 and all(first <= day <= last for day in days)


def read(asked: list[str]) -> tuple[date, ...]:
    """Return the days of an address; none where one of them is none."""
    days = pd.to_datetime(pd.Series(asked, dtype=str), format="%Y-%m-%d", errors="coerce")
    return () if days.isna().any() else tuple(day.date() for day in days)


def span() -> tuple[datetime, datetime] | None:
    """Return the chosen days as [start, until), naive UTC; None until they are chosen."""
    found = st.session_state.get(FIELD, ())
    if not 1 <= len(found) <= 2:  # an address may have any number
        return None
    start, last = (datetime.combine(day, time()) for day in (min(found), max(found)))
    return start, last + timedelta(days=1)


def say_in_vain(asked: str) -> None:
    """Say above the page that the address asked for days that nothing is known of, or for none."""
    words = say("no_such_days", asked=plain(asked[: _address.LONGEST]))
    st.warning(words, icon=":material/link_off:")
