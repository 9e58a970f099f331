"""Pulse: how people feel about the brand, and whether that has changed."""

import pandas as pd
import streamlit as st

from views import _charts, _data, _filters, _words
from views._filters import Shared


def main() -> None:
    """Draw the page."""
    now = _filters.shared()
    found = _data.ask("period", brand=now.brand, start=now.start, until=now.until).iloc[0]
    st.title(f"How do people feel about {_words.plain(now.name)}?")
    in_words(now, found)
    figures(now, found)
    index(now)
    volume(now)
    standing(now)


def in_words(now: Shared, found: pd.Series) -> None:
    """Say the main thing in a sentence or two."""
    if pd.isna(found["now"]):
        st.info("Nobody has been heard and scored in this period. Choose a longer one, or run a refresh.")
        return
    band = _words.interval(found["low"], found["high"])
    people = _words.count(int(found["people"]), "person", "people")
    mentions = _words.count(int(found["mentions"]), "mention", "mentions")
    few = " That is few: read it as a first impression." if found["people"] < _charts.FEW else ""
    st.markdown(
        f"Feeling is **{_words.signed(found['now'])}** (90 %: {band}), by {people} in {mentions} "
        f"from {_words.days(now.start, now.until)}. {_words.change(found['change'], found['se_change'])}{few}"
    )


def figures(now: Shared, found: pd.Series) -> None:
    """Show the few numbers that one looks for first, each beside what it is compared with."""
    before = "nothing before it" if now.everything else "vs period before"
    one, every, people, mentions = st.columns(4)
    one.metric(
        "Feeling",
        _words.signed(found["now"]),
        None if pd.isna(found["change"]) else f"{found['change']:+.2f}",
        delta_description=before,
        delta_color="off",
        help="One person, one voice: the mean over people of each one's mean, from −1 to +1.",
        border=True,
        height="stretch",
    )
    every.metric(
        "If every post counts",
        _words.signed(found["post_now"]),
        help="The mean over mentions: loud people weigh more.",
        border=True,
        height="stretch",
    )
    for column, label, what in ((people, "People heard", "people"), (mentions, "Mentions", "mentions")):
        column.metric(
            label,
            f"{int(found[what]):,}",
            difference(now, found, what),
            delta_description=before,
            delta_color="off",
            border=True,
            height="stretch",
        )


def difference(now: Shared, found: pd.Series, what: str) -> int | None:
    """Return how a count differs from the period before; None where there was none."""
    return None if now.everything else int(found[what] - found[f"{what}_before"])


def index(now: Shared) -> None:
    """Show the index over time; a click on a point leads to the messages behind it."""
    series = _data.ask("series", brand=now.brand, grain=now.grain, start=now.start, until=now.until)
    figure = _charts.index(series, f"How did the feeling move, {now.grain} by {now.grain}?")
    event = st.plotly_chart(
        figure,
        key="index",
        on_select="rerun",
        selection_mode="points",
        alt=f"Feeling about {now.name} by {now.grain} with 90 % band",
    )
    st.caption(
        f"Faded points: fewer than {_charts.FEW} people. Click a point for the messages behind it. "
        "The errors of the model are not taken out of these numbers yet: see docs/metrics.md."
    )
    lead_on(event, now)


def volume(now: Shared) -> None:
    """Show how much was said."""
    counts = _data.ask("volume", brand=now.brand, grain=now.grain, start=now.start, until=now.until)
    figure = _charts.volume(counts, f"How much was said, {now.grain} by {now.grain}?")
    event = st.plotly_chart(
        figure, key="volume", on_select="rerun", selection_mode="points", alt=f"Mentions of {now.name} by {now.grain}"
    )
    lead_on(event, now)


def lead_on(event: object, now: Shared) -> None:
    """Go to the messages of the period that was clicked."""
    points = event["selection"]["points"] if event else []  # type: ignore[index]
    if points:
        start = pd.Timestamp(points[0]["x"])
        until = start + (pd.Timedelta(days=7) if now.grain == "week" else pd.DateOffset(months=1))
        narrowed = {"from": f"{start:%Y-%m-%d}", "until": f"{until:%Y-%m-%d}"}
        st.switch_page("views/conversations.py", query_params=narrowed)


def standing(now: Shared) -> None:
    """Show the brands beside each other over the same days."""
    brands = _filters.brands()
    if len(brands) < 2:
        return
    rows = [
        _data.ask("period", brand=brand, start=now.start, until=now.until).assign(name=name)
        for brand, name in zip(brands["brand"], brands["name"], strict=True)
    ]
    heard = pd.concat(rows).dropna(subset=["now"])
    if len(heard) > 1:
        figure = _charts.standing(heard, "How do the brands stand in the same days?")
        st.plotly_chart(figure, key="standing", alt="Feeling per brand with 90 % interval")


main()
