"""Figures from tidy frames: no Streamlit, no DuckDB. Every title is the question that the figure answers."""

import html
import math
from typing import Any

import pandas as pd
import plotly.graph_objects as go

POSITIVE, NEUTRAL, NEGATIVE = "#0072B2", "#767676", "#D55E00"
COLOURS = {"positive": POSITIVE, "neutral": NEUTRAL, "negative": NEGATIVE}
PALE = "#DCE9F2"  # opaque, so that a number in it can be read on light and on dark
FAINT = "rgba(0,114,178,0.18)"
BELOW, BESIDE = 56, 150  # pixels: from the axis down to the legend; what of a height is not plot
MOST_TICKS = {"week": 6, "month": 8, "quarter": 8}  # as many as stand beside each other on a phone


def frame(title: str, height: int, **axes: Any) -> go.Figure:
    """Return an empty figure with what all have in common."""
    figure = go.Figure()
    figure.update_layout(
        title={"text": html.escape(title), "x": 0, "xanchor": "left", "y": 0.98, "yanchor": "top", "automargin": True},
        height=height,
        margin={"l": 8, "r": 8, "t": 48, "b": 8},
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
    return {
        "type": "date",
        "tickvals": ticks,
        "ticktext": ticks.strftime("%d %b<br>%Y" if grain == "week" else "%b<br>%Y"),
    }


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


def band(figure: go.Figure, x: pd.Series, low: pd.Series, high: pd.Series) -> None:
    """Add a 90 % band."""
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "x": x}
    figure.add_scatter(y=high, showlegend=False, **edge)
    figure.add_scatter(y=low, fill="tonexty", fillcolor=FAINT, name="90 % band", **edge)


def estimate(figure: go.Figure, x: pd.Series, y: pd.Series, name: str, beside: pd.DataFrame, **marker: Any) -> None:
    """Add the line of an estimate; ``beside`` has low, high, then each count by the name that the hover gives it.

    A point without neighbours, through which no band goes, has its interval as a bar.
    """
    counts = ", ".join(f"%{{customdata[{place}]}} {what}" for place, what in enumerate(beside.columns) if place > 1)
    figure.add_scatter(
        x=x,
        y=y,
        name=name,
        mode="lines+markers",
        line={"color": POSITIVE},
        marker=marker,
        error_y=lone_bars(beside.assign(middle=y), "middle"),
        customdata=beside,
        hovertemplate=(
            "%{x|%d %b %Y}<br>feeling %{y:+.2f} (90 %: %{customdata[0]:+.2f} … %{customdata[1]:+.2f})"
            f"<br>{counts}<extra></extra>"
        ),
    )


def feeling_axis(title: str) -> dict[str, Any]:
    """Return an axis from -1 to 1 that says in words what its ends are."""
    return {
        "title": title,
        "range": [-1, 1],
        "tickvals": [-1, -0.5, 0, 0.5, 1],
        "ticktext": ["−1", "−0.5", "0", "+0.5", "+1"],
    }
