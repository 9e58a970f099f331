"""What was out of the ordinary in the index: alerts, what one person did, and turning points, in words."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from pipeline.telling import sentences
from views import _data, _pulse_moved, _rights, _texts, _way_back
from views._filters import VOICE, Shared
from views._words import plain

say = _texts.of("pulse")


@dataclass(frozen=True)
class Event:
    """What happened in a week or month; ``person``: whose doing it was, where that may be told, and their name."""

    period: pd.Timestamp
    kind: str
    words: str
    person: str | None = None
    name: str = ""


def found(now: Shared) -> list[Event]:
    """Return what happened in the period, the newest first."""
    days = {"brand": now.brand, "start": now.start, "until": now.until}
    events = [alert(row) for row in _data.ask("alerts", **days).to_dict("records")]
    events += [turning(row) for row in _data.ask("turnings", **days).to_dict("records")]
    return sorted(events, key=lambda event: event.period, reverse=True)


def marks(events: list[Event]) -> pd.DataFrame:
    """Return period, kind and words of events, to be drawn."""
    return pd.DataFrame([(e.period, e.kind, e.words) for e in events], columns=["period", "kind", "words"])


def alert(row: dict[Any, Any]) -> Event:
    """Return one alert, with whose doing it was where that may be told."""
    period = pd.Timestamp(row["period"])
    if row["people"] < _rights.FEWEST:
        return Event(period, "kind_few", sentences.alert(VOICE, row, ""))
    if not row["one_person"]:
        return Event(period, "kind_alert", sentences.alert(VOICE, row, ""))
    person = row["one_person"] if _rights.viewer().sees_people else None
    name = _pulse_moved.name_of(person, row["name"], row["source"]) if person else VOICE.say("somebody")
    return Event(period, "kind_person", sentences.alert(VOICE, row, name), person, name)


def turning(row: dict[Any, Any]) -> Event:
    """Return one turning point."""
    return Event(pd.Timestamp(row["week"]), "kind_turn", sentences.turning(VOICE, row))


def draw(events: list[Event]) -> None:
    """Show the list in words, with the way to the person whose doing it was."""
    st.subheader(say("events"))
    if not events:
        st.caption(say("events_none"))
    for number, event in enumerate(events):
        st.text(event.words)
        name = say("open_person", name=plain(event.name))
        if event.person and st.button(name, key=f"event-{number}", icon=":material/person:"):
            _way_back.open_person(event.person, _way_back.PULSE)
