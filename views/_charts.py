"""Figures from tidy frames: no Streamlit, no DuckDB. Every title is the question that the figure answers."""

import html
import math
import textwrap
from collections.abc import Iterable
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from views import _texts, _words

say = _texts.of("shared")

POSITIVE, NEUTRAL, NEGATIVE = "#0072B2", "#767676", "#D55E00"
COLOURS = {"positive": POSITIVE, "neutral": NEUTRAL, "negative": NEGATIVE}
PALE = "#DCE9F2"  # opaque, so that a number in it can be read on light and on dark
WARM, COLD = "#7DBDE0", "#F0AE7E"  # the deepest fields in which the #444 of Plotly's numbers still has 4.5 : 1
FAINT = "rgba(0,114,178,0.18)"
BELOW, BESIDE = 56, 150  # pixels: from the axis down to the legend; what of a height is not plot
MOST_TICKS = {"week": 6, "month": 8, "quarter": 8}  # as many as stand beside each other on a phone
TICKS = {"week": "%d %b<br>%Y", "month": "%b<br>%Y"}
BESIDE_BUTTONS = 34  # characters of a title that stand beside the buttons of a chart on a phone
BUTTONS = 30  # pixels that the buttons take above a longer one
COUNTED = {"people": _words.people, "mentions": _words.mentions}
LINE, LINE_HEIGHT = 46, 20  # characters of a line of a title on a phone; pixels


def frame(title: str, height: int, **axes: Any) -> go.Figure:
    """Return an empty figure with what all have in common; a title that is long stands below the buttons, in lines."""
    figure, above, lines = go.Figure(), BUTTONS if len(title) > BESIDE_BUTTONS else 0, textwrap.wrap(title, LINE)
    more = above + LINE_HEIGHT * (len(lines) - 1)
    at = {"x": 0, "xanchor": "left", "y": 1 - (0.02 * height + above) / (height + more), "yanchor": "top"}
    figure.update_layout(
        title={"text": "<br>".join(map(html.escape, lines)), "automargin": True, **at},
        height=height + more,
        margin={"l": 8, "r": 8, "t": 48 + more, "b": 8},
        legend={"orientation": "h", "y": -BELOW / (height - BESIDE), "x": 0, "yanchor": "top"},
        hovermode="closest",
        **axes,
    )
    return figure


def time_axis(periods: pd.Series, grain: str) -> dict[str, Any]:
    """Return an axis ticked at the first days of weeks, months or quarters, the last among them, and at no other."""
    days = pd.DatetimeIndex(pd.to_datetime(periods)).unique().sort_values()
    step = -(-len(days) // MOST_TICKS[grain]) or 1
    ticks = days[::-1][::step][::-1]
    return {"type": "date", "tickvals": ticks, "ticktext": [tick(day, grain) for day in ticks]}


def tick(day: pd.Timestamp, grain: str) -> str:
    """Return the first day of a week, a month or a quarter as it stands below an axis, in two lines."""
    return f"Q{day.quarter}<br>{day.year}" if grain == "quarter" else f"{day:{TICKS[grain]}}"


def both_ways(title: str, above: float, below: float) -> dict[str, Any]:
    """Return an axis of counts that go up and down from zero, neither of which is negative."""
    rough = max(above + below, 1) / 5
    scale = 10 ** math.floor(math.log10(rough))
    step = max(1, next(scale * nice for nice in (1, 2, 5, 10) if scale * nice >= rough))
    ticks = [step * number for number in range(-math.ceil(below / step), math.ceil(above / step) + 1)]
    return {"title": title, "tickvals": ticks, "ticktext": [f"{abs(tick):,.0f}" for tick in ticks]}


def runs(points: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the stretches of points whose interval (low, high) is known."""
    known = points["low"].notna() & points["high"].notna()
    return [run for _, run in points[known].groupby((~known).cumsum())]


def alone(known: pd.Series) -> pd.Series:
    """Say which points have no neighbour, so that no band can be drawn through them."""
    return known & ~known.shift(fill_value=False) & ~known.shift(-1, fill_value=False)


def lone_bars(points: pd.DataFrame, middle: str) -> dict[str, Any]:
    """Return as error bars the interval (low, high) of those points through which no band can be drawn."""
    single = alone(points["low"].notna() & points["high"].notna())
    above, below = points["high"] - points[middle], points[middle] - points["low"]
    bars = {"array": above.where(single), "arrayminus": below.where(single)}
    return {"type": "data", "symmetric": False, "color": NEUTRAL, "visible": bool(single.any()), **bars}


def see_through(colour: str, opacity: float) -> str:
    """Return a colour as it is drawn under a line."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def band(figure: go.Figure, x: pd.Series, low: pd.Series, high: pd.Series) -> None:
    """Add a 90 % band."""
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "x": x}
    figure.add_scatter(y=high, showlegend=False, **edge)
    figure.add_scatter(y=low, fill="tonexty", fillcolor=FAINT, name="90 % band", **edge)


def told(when: Iterable[str], values: Iterable[float], beside: pd.DataFrame) -> list[str]:
    """Return what the hover says of feelings; ``beside`` has low, high, then counts of COUNTED."""
    names = list(beside.columns[2:])
    return [
        say(
            "hover_estimate",
            when=at,
            value=_words.signed(value),
            band=_words.interval(low, high),
            counts=", ".join(COUNTED[name](count) for count, name in zip(counts, names, strict=True)),
        )
        for at, value, (low, high, *counts) in zip(when, values, beside.itertuples(index=False, name=None), strict=True)
    ]


def estimate(
    figure: go.Figure, x: pd.Series, y: pd.Series, name: str, beside: pd.DataFrame, grain: str = "", **marker: Any
) -> None:
    """Add the line of an estimate; ``beside`` is that of `told`. ``x`` are first days of a ``grain``, else single days.

    A point without neighbours, through which no band goes, has its interval as a bar.
    """
    when = [_words.period(day, grain) if grain else _words.day(day) for day in x]
    figure.add_scatter(
        x=x,
        y=y,
        name=name,
        mode="lines+markers",
        line={"color": POSITIVE},
        marker=marker,
        cliponaxis=False,  # a mark at −1 or 1 is not to be cut in half
        error_y=lone_bars(beside.assign(middle=y), "middle"),
        hovertext=told(when, y, beside),
        hovertemplate="%{hovertext}<extra></extra>",
    )


def feeling_axis(title: str) -> dict[str, Any]:
    """Return an axis from -1 to 1 that says in words what its ends are."""
    return {
        "title": title,
        "range": [-1, 1],
        "tickvals": [-1, -0.5, 0, 0.5, 1],
        "ticktext": ["−1", "−0.5", "0", "+0.5", "+1"],
    }
