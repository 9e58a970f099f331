"""Pulse: how people feel about the brand, whether that has changed, and what changed it."""

from typing import Any, Literal

import pandas as pd
import streamlit as st

from pipeline.telling.moved import is_sure
from views import (
    _brands,
    _charts_pulse,
    _data,
    _days,
    _edges,
    _filters,
    _print,
    _pulse_correction,
    _pulse_groups,
    _pulse_moved,
    _pulse_over_time,
    _rights,
    _show,
    _texts,
)
from views._days import Days
from views._filters import VOICE, Shared
from views._words import days, interval, plain, signed, whole

say = _texts.of("pulse")


def main() -> None:
    """Draw the page."""
    now = _filters.shared()
    span = _days.whole(now)
    found = _pulse_moved.period(now.brand, span)
    with _print.page():
        st.title(say("title", name=plain(now.name)))
        head = st.empty()
        with head.container():
            in_words(now, found)
        figures(now, found)
        _pulse_over_time.draw(now)
        with head.container():  # with the reason: what 100,000 people said takes seconds to take apart
            in_words(now, found, _pulse_moved.why(now.brand, span))
        flow(now)
        volume(now)
        _pulse_groups.draw(now)
        standing(span)


def in_words(now: Shared, found: pd.Series, reason: str = "") -> None:
    """Say the main thing in a few sentences."""
    if found["people"] < _rights.FEWEST:
        too_few(now, int(found["people"]))
        return
    few = VOICE.say("first_impression") if found["people"] < _data.fewest_people() else ""
    sentence = VOICE.say(
        "headline",
        now=signed(found["now"]),
        band=interval(found["low"], found["high"]),
        **VOICE.sizes(found),
        days=days(now.start, now.until),
        change=_pulse_moved.changed(found, now.everything),
        few=few,
    )
    st.markdown(f"{sentence} {reason}")
    _pulse_correction.unchecked(now)


def too_few(now: Shared, heard: int) -> None:
    """Say that what so few people feel is not told, and what helps."""
    if not now.everything:
        st.info(say("too_few", fewest=_rights.FEWEST) if heard else say("nobody"))
        return
    missing = {"people": VOICE.people(heard), "missing": _rights.FEWEST - heard, "fewest": _rights.FEWEST}
    st.info(say("too_few_at_all", **missing) if heard else say("nobody_at_all"))
    if _rights.viewer().sees_people:
        st.page_link("views/conversations.py", label=say("read_what_there_is"), icon=":material/forum:")


def figures(now: Shared, found: pd.Series) -> None:
    """Show the few numbers that one looks for first, each beside what it is compared with."""
    before = say("nothing_before") if now.everything else say("before")
    style: dict[str, Any] = {"border": True, "height": "stretch"}
    compared = style | {"delta_description": before, "delta_color": "off"}
    change_of_feeling = changed(found)
    style_of_feeling = compared if change_of_feeling or now.everything else style
    with st.grid(4, min_column_width=180):  # a phone has one column: two would cut what stands beside a number
        st.metric(
            say("feeling"),
            signed(found["now"]),
            change_of_feeling,
            delta_arrow=arrow(found),
            help=say("feeling_help"),
            **style_of_feeling,
        )
        known = pd.notna(found["post_low"]) and pd.notna(found["post_high"])
        band = say("post_band", band=interval(found["post_low"], found["post_high"])) if known else None
        st.metric(
            say("post"),
            signed(found["post_now"]),
            band,
            delta_arrow="off",
            delta_color="off",
            help=say("post_help"),
            **style,
        )
        for name, what in (("heard", "people"), ("mentions", "mentions")):
            more = difference(now, found, what)
            told = None if more is None else whole(more)
            st.metric(say(name), f"{int(found[what]):,}", told, delta_arrow=towards(more or 0), **compared)


def changed(found: pd.Series) -> str | None:
    """Return how the feeling differs from the period before, with its margin; None where that is not known."""
    known = pd.notna(found["change"]) and pd.notna(found["se_change"])
    return f"{signed(found['change'])} ± {1.645 * found['se_change']:.2f}" if known else None


def arrow(found: pd.Series) -> Literal["off", "up", "down"]:
    """Return where the arrow beside the change points: nowhere where chance alone would do it."""
    return towards(found["change"]) if is_sure(found["change"], found["se_change"]) else "off"


def towards(change: float) -> Literal["off", "up", "down"]:
    """Return where an arrow beside a change points; nowhere beside none."""
    return "up" if change > 0 else "down" if change < 0 else "off"


def difference(now: Shared, found: pd.Series, what: str) -> int | None:
    """Return how a count differs from the period before; None where that is not known as a whole."""
    return int(found[what] - found[f"{what}_before"]) if now.has_before else None


def flow(now: Shared) -> None:
    """Show how many relationships moved up, held and moved down."""
    months = _data.ask("stage_flow", brand=now.brand, start=now.start, until=now.until)
    months = months[months["people"] >= _rights.FEWEST]
    if not months.empty:
        st.header(say("relationships"))
        _show.chart(_charts_pulse.flow(months, say("flow_title")), months, "flow", say("flow_alt"))
        _edges.draw(months["month"], now.start, now.until, "month")


def volume(now: Shared) -> None:
    """Show how much was said; a click leads to the messages."""
    counts = _data.ask("volume", brand=now.brand, grain=now.grain, start=now.start, until=now.until)
    if counts.empty:
        return
    labels = ["positive", "neutral", "negative"]
    untold = counts[labels].sum(axis=1).where(counts["people"] < _rights.FEWEST, 0)
    counts = _rights.of_enough(counts, *labels).assign(untold=untold)
    st.header(say("said"))
    figure = _charts_pulse.volume(counts, now.grain, say("volume_title", grain=now.grain))
    alt = say("volume_alt", name=now.name, grain=now.grain)
    leads = _rights.viewer().sees_people  # else there is no message to read
    event = _show.chart(figure, counts, "volume", alt, select=leads)
    edges = _edges.words(counts["period"], now.start, now.until, now.grain)
    st.caption(f"{say('volume_caption') if leads else ''} {edges}")
    st.caption(say("volume_labels"))
    points = event["selection"]["points"] if leads and event else []
    if points:
        _, label = points[0].get("customdata") or (0, "")  # the bar of what too few people said is of any label
        _pulse_moved.read_messages(_days.of_point(points[0]["x"], now.grain), label)


def standing(span: Days) -> None:
    """Show the brands beside each other over the same days."""
    every = _brands.side_by_side(span)
    told = every.dropna(subset=["now"])
    if len(every) < 2:
        return
    st.header(say("brands"))
    if len(told) > 1:
        figure = _charts_pulse.standing(told, _data.fewest_people(), say("standing_title"))
        _show.chart(figure, told, "standing", say("standing_alt"))
    untold = every.loc[every["now"].isna(), "name"]
    if len(untold):
        st.caption(say("standing_few", fewest=_rights.FEWEST, names=", ".join(map(plain, untold))))


main()
