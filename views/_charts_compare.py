"""The figures of Compare, from tidy frames; every title is the question that the figure answers."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from views import _texts, _words
from views._charts import (
    COLD,
    NEUTRAL,
    POSITIVE,
    WARM,
    estimate,
    feeling_axis,
    frame,
    lone_bars,
    runs,
    see_through,
    time_axis,
)
from views._charts_pulse import in_legend, mark, short

say = _texts.of("compare")

# Colour, dash and mark of each brand: none is told by its colour alone, and all have 3 : 1 on light and on dark.
STYLES = (
    (POSITIVE, "solid", "circle"),
    ("#BF6496", "dash", "square"),
    (NEUTRAL, "dot", "diamond"),
    ("#009E73", "dashdot", "triangle-up"),
    ("#A87400", "longdash", "cross"),
    ("#2F8DC0", "longdashdot", "star"),
)
MIDDLE = "#F2F2F2"
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


def shares(found: pd.DataFrame, names: dict[str, str], few: int, title: str) -> go.Figure:
    """Return each brand's share of mentions by month with its band.

    ``found`` has brand, month, share, low, high, people, mentions, all_mentions.
    """
    ticks = {"tickvals": SHARES, "ticktext": [_words.percent(each) for each in SHARES]}
    axis = {"title": say("share_axis"), "range": [0, 1]} | ticks
    figure = frame(title, 400, xaxis=time_axis(found["month"], "month"), yaxis=axis)
    for number, (brand, name) in enumerate(names.items()):
        rows, (colour, dash, symbol) = found[found["brand"] == brand], STYLES[number % len(STYLES)]
        around(figure, rows, colour)
        figure.add_scatter(
            x=rows["month"],
            y=rows["share"],
            name=short(name),
            mode="lines+markers",
            line={"color": colour, "dash": dash},
            marker={"size": 9} | mark(rows["people"], few, colour, symbol),
            error_y=lone_bars(rows, "share"),
            hovertext=[share(row) for row in rows.to_dict("records")],
            hovertemplate="%{hovertext}",
        )
        in_legend(figure, colour, symbol)
    return figure


def share(row: dict[Any, Any]) -> str:
    """Return what the hover says of a brand's share of a month."""
    parts = {part: _words.percent(row[part]) for part in ("share", "low", "high")}
    sizes = {part: row[part] for part in ("mentions", "all_mentions")} | {"people": _words.people(row["people"])}
    return say("hover_share", month=_words.period(row["month"], "month"), **parts, **sizes)


def around(figure: go.Figure, rows: pd.DataFrame, colour: str, **place: Any) -> None:
    """Add a 90 % band in a brand's colour, interrupted where it is not known.

    ``rows`` has low, high and in its first column the time.
    """
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False} | place
    for run in runs(rows):
        figure.add_scatter(x=run.iloc[:, 0], y=run["high"], **edge)
        figure.add_scatter(x=run.iloc[:, 0], y=run["low"], fill="tonexty", fillcolor=see_through(colour, 0.15), **edge)


def paths(found: pd.DataFrame, names: dict[str, str], few: int, grain: str, title: str) -> go.Figure:
    """Return the feeling about each brand over time, one below the other on the same axes.

    ``found`` has period, brand, estimate, low, high, people, mentions.
    """
    titles = [short(name) for name in names.values()]
    figure = make_subplots(len(names), 1, shared_xaxes=True, subplot_titles=titles, vertical_spacing=0.24 / len(names))
    figure.update_layout(frame(title, 110 + 150 * len(names)).layout, showlegend=False)
    figure.update_layout(margin={"t": figure.layout.margin.t + 30})
    figure.update_yaxes(**feeling_axis(say("path_axis")) | {"tickvals": [-1, 0, 1], "ticktext": ["−1", "0", "+1"]})
    figure.update_xaxes(**time_axis(found["period"], grain))
    for row, brand in enumerate(names, start=1):
        points, place = found[found["brand"] == brand], {"row": row, "col": 1}
        around(figure, points, POSITIVE, **place)
        beside, style = points[["low", "high", "people", "mentions"]], {"size": 9} | mark(points["people"], few)
        estimate(figure, points["period"], points["estimate"], short(names[brand]), beside, grain, **style)
        figure.data[-1].update(xaxis=f"x{row}", yaxis=f"y{row}")
        figure.add_hline(y=0, line={"color": NEUTRAL, "width": 1}, **place)
    return figure


def topics(found: pd.DataFrame, names: dict[str, str], few: int, title: str) -> go.Figure:
    """Return the feeling per topic (rows) and brand (columns), with the number of people in each field.

    ``found`` has brand, topic, feeling, low, high, people; a missing feeling is not enough evidence. A brand without
    topics has no column; names turn where they would stand on each other.
    """
    order, names = list(dict.fromkeys(found["topic"])), {key: names[key] for key in names if key in set(found["brand"])}
    feeling, low, high, people = (
        found.pivot(index="topic", columns="brand", values=column).reindex(index=order, columns=list(names))
        for column in ("feeling", "low", "high", "people")
    )
    figure = frame(title, 120 + 48 * len(order), yaxis={"autorange": "reversed", "showgrid": False})
    figure.update_xaxes(autotickangles=[0, 90], showgrid=False)
    figure.add_heatmap(
        z=feeling,
        x=[short(name).replace(" ", "<br>") for name in names.values()],  # so that they stand beside each other
        y=[short(topic) for topic in order],
        colorscale=[[0, COLD], [0.5, MIDDLE], [1, WARM]],
        zmin=-1,
        zmax=1,
        showscale=False,
        xgap=2,
        ygap=2,
        text=[
            [field(*cell, few) for cell in zip(*row, strict=True)]
            for row in zip(feeling.values, people.values, strict=True)
        ],
        texttemplate="%{text}",
        hovertext=[
            [behind(*cell) for cell in zip(*row, strict=True)]
            for row in zip(feeling.values, low.values, high.values, people.values, strict=True)
        ],
        hovertemplate="%{y}, %{x}: %{hovertext}<extra></extra>",
    )
    return figure


def behind(feeling: float, low: float, high: float, people: float) -> str:
    """Return what the hover says of a field, in which somebody was heard if its feeling is told."""
    if pd.isna(feeling):
        return _words.EVIDENCE
    return say(
        "hover_topic", value=_words.signed(feeling), band=_words.interval(low, high), people=_words.people(people)
    )


def field(feeling: float, people: float, few: int) -> str:
    """Return what stands in a field: feeling and people, in brackets where these are few; a dash without evidence."""
    if pd.isna(feeling):
        return "–"
    return say("few_people" if people < few else "enough_people", value=_words.signed(feeling), people=int(people))
