"""Figures of the Relationships page."""

import html
import math
from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from views import _charts, _texts, _words

say = _texts.of("relationships")

STAGES = (
    "stranger",
    "dormant",
    "aware",
    "engaged",
    "reciprocal",
    "advocate",
)  # upwards, as docs/metrics.md orders them
SHAPES = {"improving": "triangle-up", "cooling": "triangle-down", "steady": "square", _words.EVIDENCE: "circle"}
SPREAD = 0.36  # half the width over which marks of one stage are spread


def orchard(people: pd.DataFrame, title: str, axis: str, not_yet: str) -> go.Figure:
    """Return a mark per relationship: stage upwards, feeling across, tie by size, verdict by shape, doubt by faintness.

    ``people`` has person_id, name, stage, feeling, low, high, mentions, strength, verdict, touches_in, touches_out.
    """
    figure, end = _charts.frame(title, 480), reach(people["feeling"])
    for verdict, shape in SHAPES.items():
        rows = people[people["verdict"] == verdict]
        figure.add_scatter(
            x=[across(row, end) for row in rows.to_dict("records")],
            y=[upwards(row) for row in rows.to_dict("records")],
            name=say("mark_change", verdict=verdict),
            mode="markers",
            marker={
                "color": [leaning_colour(row) for row in rows.to_dict("records")],
                "symbol": shape,
                "size": [6 + 18 * (strength or 0) / 100 for strength in numbers(rows["strength"])],
                "opacity": [certainty(row) for row in rows.to_dict("records")],
                "line": {"width": 0},
            },
            customdata=rows[["person_id"]],
            text=[words(row) for row in rows.to_dict("records")],
            hovertemplate="%{text}<extra></extra>",
        )
    colours(figure)
    figure.update_yaxes(tickvals=list(range(len(STAGES))), ticktext=STAGES, range=[-0.5, len(STAGES) - 0.5])
    figure.update_xaxes(
        title=axis,
        range=[-1.45 * end, 1.05 * end],
        tickvals=[-1.3 * end, -end / 2, 0, end / 2, end],  # none at −1, which would run into the strip on a phone
        ticktext=[not_yet, *(_words.signed(value) for value in (-end / 2, 0, end / 2, end))],
    )
    figure.add_vline(x=0, line={"color": _charts.NEUTRAL, "width": 1})
    figure.add_vline(x=-1.15 * end, line={"color": _charts.NEUTRAL, "width": 1, "dash": "dot"})
    figure.update_layout(showlegend=True)
    return figure


def colours(figure: go.Figure) -> None:
    """Tell in the legend what the colours mean, by marks that stand nowhere."""
    names = {"positive": say("mark_positive"), "negative": say("mark_negative"), "neutral": say("mark_neither")}
    for leaning, name in names.items():
        marker = {"color": _charts.COLOURS[leaning], "symbol": "circle", "size": 10}
        figure.add_scatter(x=[None], y=[None], name=name, mode="markers", marker=marker, hoverinfo="skip")


def numbers(column: pd.Series) -> Sequence[float | None]:
    """Return a column with None where there is no number."""
    return [None if pd.isna(value) else float(value) for value in column]


def reach(feelings: pd.Series) -> float:
    """Return how far the axis goes to both sides: to the strongest feeling, and never less than ±0.5."""
    strongest = feelings.abs().max()
    return 0.5 if pd.isna(strongest) else min(1.0, max(0.5, math.ceil(strongest * 10) / 10))


def upwards(person: dict[object, object]) -> float:
    """Return where a relationship stands upwards: by its stage, spread out by its id, always the same."""
    share = int(str(person["person_id"])[:4], 16) / 0xFFFF
    stage = person["stage"] if person["stage"] in STAGES else "stranger"
    return STAGES.index(str(stage)) + (2 * share - 1) * SPREAD


def across(person: dict[object, object], end: float) -> float:
    """Return where a relationship stands across: its feeling, or the strip of those who have none yet."""
    feeling = person["feeling"]
    if isinstance(feeling, float) and not math.isnan(feeling):
        return feeling
    return end * (-1.35 + 0.1 * int(str(person["person_id"])[4:8], 16) / 0xFFFF)


def leaning_colour(person: dict[object, object]) -> str:
    """Return the colour of what the interval allows one to say; where it is on neither side of 0, that is nothing."""
    return _charts.COLOURS.get(_words.leaning(person["low"], person["high"]), _charts.NEUTRAL)


def certainty(person: dict[object, object]) -> float:
    """Return how strong a mark is drawn: full for an interval of no width, faint for one of the whole scale."""
    low, high = person["low"], person["high"]
    if not (isinstance(low, float) and isinstance(high, float)) or math.isnan(low) or math.isnan(high):
        return 0.35
    return max(0.25, 1 - (high - low) / 1.6)


def words(person: dict[object, object]) -> str:
    """Return what is said of a mark: data as text, no markup of it."""
    feeling = f"{_words.signed(person['feeling'])} (90 %: {_words.interval(person['low'], person['high'])})"
    touches = f"{person['touches_in']} from them, {person['touches_out']} to them"
    name = html.escape(str(person["name"]))
    return f"{name}<br>{person['stage'] or '–'} · {feeling}, {_words.mentions(person['mentions'])}<br>{touches}"
