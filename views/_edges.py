"""What is said of the first and last period of a chart that begin or end outside the chosen days."""

from datetime import datetime

import pandas as pd
import streamlit as st

from views import _data, _rights, _texts

say = _texts.of("shared")

LENGTHS = {"week": pd.DateOffset(days=7), "month": pd.DateOffset(months=1), "quarter": pd.DateOffset(months=3)}


def words(periods: pd.Series, start: datetime, until: datetime, grain: str) -> str:
    """Return which of the drawn ``periods`` (their first days) hold more than [start, until); empty where none does."""
    days = pd.to_datetime(periods)
    if days.empty:
        return ""
    end = days.max() + LENGTHS[grain]
    said = [say("first_whole", grain=grain)] if days.min() < pd.Timestamp(start) else []
    if end > _data.ask("meta")["as_of"].iloc[0]:
        said.append(say("last_running", grain=grain))
    elif end > pd.Timestamp(until):
        said.append(say("last_whole", grain=grain))
    return " ".join(said)


def beside_few(points: pd.DataFrame) -> str:
    """Return that some points are untold for the sake of others (`_rights.of_times`); empty where none is."""
    return say("beside_few", fewest=_rights.FEWEST) if points["of_few"].any() else ""


def draw(periods: pd.Series, start: datetime, until: datetime, grain: str) -> None:
    """Show these words below a chart, where there are any."""
    said = words(periods, start, until, grain)
    if said:
        st.caption(said)
