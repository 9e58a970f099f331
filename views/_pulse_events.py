"""What was out of the ordinary in the index: alerts, what one person did, and turning points, in words."""

from typing import Any

import pandas as pd
import streamlit as st

from views import _data, _days, _pulse_moved, _rights, _texts
from views._filters import Shared
from views._words import day, interval, plain, signed

say = _texts.of("pulse")

SPANS = {"week": "span_week", "month": "span_month"}
COLUMNS = ["period", "kind", "words", "person", "name"]


def found(now: Shared) -> pd.DataFrame:
    """Return COLUMNS of what happened, the newest first; ``person``: whose doing it was, where that may be told."""
    days = {"brand": now.brand, "start": now.start, "until": now.until}
    rows = [alert(row) for row in _data.ask("alerts", **days).to_dict("records")]
    rows += [turning(row) for row in _data.ask("turnings", **days).to_dict("records")]
    return pd.DataFrame(rows, columns=COLUMNS).sort_values("period", ascending=False, ignore_index=True)


def alert(row: dict[Any, Any]) -> dict[str, Any]:
    """Return one alert; of fewer than FEWEST people nothing but that there was something."""
    span = say(SPANS[row["grain"]], day=day(row["period"]) if row["grain"] == "week" else label(row))
    if row["people"] < _rights.FEWEST:
        words = say("event_few", span=span, fewest=_rights.FEWEST)
        return dict(zip(COLUMNS, (row["period"], "kind_few", words, None, None), strict=True))
    words, person = told(row, span), row["one_person"] if _rights.viewer().sees_people else None
    name = _pulse_moved.name_of(person, row["name"]) if person else say("somebody")
    if row["one_person"]:
        words += say("event_person", name=name)
    kind = "kind_person" if row["one_person"] else "kind_alert"
    return dict(zip(COLUMNS, (row["period"], kind, words, person, name), strict=True))


def label(row: dict[Any, Any]) -> str:
    """Return how the month of an alert is called."""
    return _days.label(row["period"], "month")


def told(row: dict[Any, Any], span: str) -> str:
    """Return what an alert is, in words."""
    sizes = {"people": _pulse_moved.people(row["people"]), "mentions": _pulse_moved.mentions(row["mentions"])}
    if row["shock"]:
        band = interval(row["low"], row["high"])
        name = "shock_up" if row["z"] > 0 else "shock_down"
        return say(name, span=span, estimate=signed(row["estimate"]), band=band, **sizes)
    return say(
        "drift_up" if row["change"] > 0 else "drift_down", span=span, change=f"{abs(row['change']):.2f}", **sizes
    )


def turning(row: dict[Any, Any]) -> dict[str, Any]:
    """Return one turning point."""
    levels = {"before": signed(row["before"]), "after": signed(row["after"])}
    sizes = {"band": interval(row["low"], row["high"]), "people": _pulse_moved.people(row["people"])}
    words = say("turned", day=day(row["week"]), **levels, **sizes)
    return dict(zip(COLUMNS, (row["week"], "kind_turn", words, None, None), strict=True))


def draw(events: pd.DataFrame) -> None:
    """Show the list in words, with the way to the person whose doing it was."""
    st.markdown(f"**{say('events')}**")
    if events.empty:
        st.caption(say("events_none"))
    for number, row in enumerate(events.to_dict("records")):
        st.text(row["words"])
        name = plain(row["name"] or "")
        if row["person"] and st.button(say("open_person", name=name), key=f"event-{number}", icon=":material/person:"):
            st.switch_page("views/person.py", query_params={"person": row["person"]})
