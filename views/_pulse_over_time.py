"""The index over time with what was out of the ordinary, what people noted, and what moved a chosen point."""

from typing import Any

import pandas as pd
import streamlit as st

from views import (
    _address,
    _charts_pulse,
    _data,
    _days,
    _edges,
    _pulse_correction,
    _pulse_events,
    _pulse_moved,
    _pulse_notes,
    _rights,
    _show,
    _texts,
)
from views._days import Days
from views._filters import Shared
from views._pulse_events import Event

say = _texts.of("pulse")

WHOLE = "whole"


@st.fragment
def draw(now: Shared) -> None:
    """Draw the index, events and notes, and what moved it; a click on a point chooses what is taken apart."""
    series = _data.ask("series", brand=now.brand, grain=now.grain, start=now.start, until=now.until)
    series = _rights.of_times(series, "weighting", "estimate", "low", "high")
    events, (notes, earlier) = _pulse_events.found(now), _pulse_notes.found(now)
    st.header(say("over_time"))
    clicked = None if series.empty else chart(now, series, events, notes)
    left, right = st.columns(2)
    with left:
        _pulse_events.draw(events)
    with right:
        _pulse_notes.draw(now, notes, earlier)
    st.header(say("moved_title"))
    spans = choices(now, series)
    span = choose(now, spans, clicked)
    _pulse_moved.draw(now, span, choice=len(spans) > 1)


def chart(now: Shared, series: pd.DataFrame, events: list[Event], notes: pd.DataFrame) -> Any:
    """Draw the chart and return the moment of the point that is chosen in it; None where none is."""
    figure = _charts_pulse.index(series, _data.fewest_people(), now.grain, say("index_title", grain=now.grain))
    _charts_pulse.events(figure, _pulse_events.marks(events))
    _charts_pulse.notes(figure, notes[notes["drawn"]])
    alt = say("index_alt", name=now.name, grain=now.grain)
    event = _show.chart(figure, series, "index", alt, select=True)
    sizes = {"few": _data.fewest_people(), "fewest": _rights.FEWEST}
    edges = _edges.words(series["period"], now.start, now.until, now.grain)
    st.caption(" ".join([say("index_caption", **sizes), _edges.beside_few(series), edges]))
    _pulse_correction.draw(now)
    points = event["selection"]["points"] if event else []
    return points[0]["x"] if points else None


def choices(now: Shared, series: pd.DataFrame) -> dict[str, str]:
    """Return what can be taken apart with its name: the whole period, and every point that is told, latest first.

    Not one after a point that is untold for the sake of others: the change from there would tell of it.
    """
    points = series[series["weighting"] == "person"]
    known = points.loc[points["estimate"].notna() & ~points["of_few"].shift(fill_value=False), "period"]
    return {WHOLE: say("moved_whole")} | {f"{day:%Y-%m-%d}": _days.label(day, now.grain) for day in reversed([*known])}


def choose(now: Shared, names: dict[str, str], clicked: Any) -> Days:
    """Return the days to take apart: those of a point newly clicked, or as chosen in the list."""
    if clicked != st.session_state.get("index_clicked"):
        st.session_state["index_clicked"] = clicked
        start = f"{_days.of_point(clicked, now.grain).start:%Y-%m-%d}" if clicked else None
        if start in names:
            st.session_state["moved_in"] = start
    dated = {f"{pd.Timestamp(start):%d %b %Y}": name for start, name in names.items() if start != WHOLE}
    _address.take("moved_in", dated)  # as addresses had weeks before
    _address.say_left_out("moved_in", say("moved_in"), names.values())
    if st.session_state.get("moved_in", WHOLE) not in names:
        st.session_state["moved_in"] = WHOLE
    chosen = st.selectbox(
        say("moved_in"), list(names), format_func=names.__getitem__, key="moved_in", bind="query-params", width=260
    )
    return _days.whole(now) if chosen == WHOLE else _days.of_point(chosen, now.grain)
