"""Pulse: how people feel about the brand, and whether that has changed."""

from typing import Any

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
    moved(now)
    flow(now)
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
        f"Faded points: fewer than {_charts.FEW} people. Click a point for the messages behind it. " + correction(now)
    )
    lead_on(event, now)


def correction(now: Shared) -> str:
    """Say whose labels the model's errors are taken out of the numbers by."""
    ways = _data.ask("correction", brand=now.brand, start=now.start, until=now.until)
    return "The model's errors are " + "; ".join(way_of_correction(way) for way in ways.to_dict("records")) + "."


def way_of_correction(way: dict[str, Any]) -> str:
    """Return how the errors in some of the mentions are taken out, in words."""
    mentions = f"of {_words.count(int(way['mentions']), 'mention', 'mentions')}"
    if way["origin"] == "none":
        return f"not taken out {mentions}, since that would add more noise than it takes out error"
    shaky = ", which magnifies noise here: label more of them" if way["shaky"] else ""
    if way["origin"] == "model card":
        return (
            f"taken out {mentions} by its card, made on other people's tweets; labels of your own do it better{shaky}"
        )
    return f"taken out {mentions} by {int(way['labels'])} {way['origin']}{shaky}"


def moved(now: Shared) -> None:
    """Show whom the change since the equal period before came from: accounting, not cause."""
    found = _data.moved(now.brand, now.start, now.until)
    if found.empty:
        return
    figure = _charts.waterfall(found, "Whom did the change come from?")
    st.plotly_chart(figure, key="moved", alt="Change of the feeling by those who stayed, newcomers and leavers")
    st.caption(
        "Stayers: people heard in both periods, whose words changed. Newcomers and leavers count by how far they are "
        "from the stayers. Bars without colour are no more than chance. It says where the change came from, not what "
        "caused it." + loudest(now)
    )
    with st.expander("Who moved it most", icon=":material/person_search:"):
        movers(now)


def loudest(now: Shared) -> str:
    """Say what the change would be without the one person who moves it most."""
    found = _data.ask("loudest", brand=now.brand, start=now.start, until=now.until)
    first = found[(found["weighting"] == "person") & (found["rank"] == 1)]
    if first.empty or pd.isna(first["change_without"].iloc[0]):
        return ""
    without = _words.signed(first["change_without"].iloc[0])
    return f" Without the one person who moves it most, the change would be {without}."


def movers(now: Shared) -> None:
    """Show the people who moved the index most, and all others as one row, so that the sum is the change."""
    found = _data.movers(now.brand, now.start, now.until, most=5)
    shown = pd.DataFrame(
        {
            "Name": found["name"],
            "Moved it by": found["contribution"],
            "Mentions": found["mentions"],
            "Mentions before": found["mentions_before"],
        }
    )
    number = st.column_config.NumberColumn(format="%+.3f")
    st.dataframe(
        shown, hide_index=True, column_config={"Moved it by": number}, alt="People by how they moved the feeling"
    )
    st.caption("Each against the mean of both periods, so these rows add up to the change, but not to the bars above.")


def flow(now: Shared) -> None:
    """Show how many relationships moved up, held and moved down."""
    months = _data.ask("stage_flow", brand=now.brand, start=now.start, until=now.until)
    if months.empty:
        return
    figure = _charts.flow(months, "Do the relationships grow?")
    st.plotly_chart(figure, key="flow", alt="Relationships that moved up or down a stage, month by month")


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
