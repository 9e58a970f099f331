"""Figures of the Growth page."""

import html
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from views import _charts, _charts_relationships, _words

BELOW = {"y": -0.3}  # a legend below the title of the axis
FEW = 10  # whole numbers that stand beside each other on a phone; of more Plotly itself ticks no fractions
PERCENT = {"ticksuffix": " %"}
OUTCOMES = {"better": (_charts.POSITIVE, ""), "same": (_charts.NEUTRAL, "."), "silent": (_charts.NEGATIVE, "/")}


def counted(numbers: pd.Series, title: str) -> dict[str, Any]:
    """Return an axis of days or months that is ticked at whole numbers alone."""
    return {"title": title} | ({"tick0": 0, "dtick": 1} if numbers.max() <= FEW else {})


def of_hundred(rows: pd.DataFrame, *shares: str) -> pd.DataFrame:
    """Return rows with shares of 1 as numbers of hundred: no format of Plotly writes the space of "47 %"."""
    return rows.assign(**{share: 100 * rows[share] for share in shares})


def reached(every: pd.DataFrame, title: str) -> go.Figure:
    """Return the share of all people who reached an outcome by days, with its band; dotted where silence is an end.

    ``every`` has t, at_risk, reached, low, high, reached_competing.
    """
    every = of_hundred(every, "reached", "low", "high", "reached_competing")
    axis = {"title": "Share of people", "rangemode": "tozero"} | PERCENT
    figure = _charts.frame(title, 360, yaxis=axis, xaxis=counted(every["t"], "Days since they first spoke"))
    _charts.band(figure, every["t"], every["low"], every["high"])
    figure.add_scatter(
        x=every["t"],
        y=every["reached"],
        name="Reached it",
        line={"color": _charts.POSITIVE, "shape": "hv"},
        error_y=_charts.lone_bars(every, "reached"),
        customdata=every[["low", "high", "at_risk"]],
        hovertemplate=(
            "day %{x}: %{y:.1f} % (90 %: %{customdata[0]:.1f} % … %{customdata[1]:.1f} %)"
            "<br>%{customdata[2]} people still watched<extra></extra>"
        ),
    )
    dotted = {"color": _charts.NEUTRAL, "dash": "dot", "shape": "hv"}
    figure.add_scatter(x=every["t"], y=every["reached_competing"], name="If silence is an end", line=dotted)
    figure.update_layout(legend=BELOW)
    return figure


def transitions(rates: pd.DataFrame, title: str) -> go.Figure:
    """Return the matrix of next stages; ``rates`` has from_stage, to_stage, people, of_people, p."""
    there = [stage for stage in _charts_relationships.STAGES if stage in set(rates["to_stage"])]
    known = [stage for stage in _charts_relationships.STAGES if stage in set(rates["from_stage"])]
    shares, people, of = (
        rates.pivot(index="from_stage", columns="to_stage", values=column).reindex(index=known, columns=there)
        for column in ("p", "people", "of_people")
    )
    figure = _charts.frame(
        title, 140 + 44 * len(known), xaxis={"showgrid": False}, yaxis={"autorange": "reversed", "showgrid": False}
    )
    figure.add_heatmap(
        z=100 * shares,
        x=there,
        y=[f"{stage} ({int(many):,})" for stage, many in of.max(axis=1).items()],
        colorscale=[[0, _charts.PALE], [1, _charts.WARM]],
        zmin=0,
        zmax=100,
        showscale=False,
        text=shares.map(_words.percent).where(people > 0, "–"),
        texttemplate="%{text}",
        customdata=np.dstack([people, of]),
        hovertemplate="%{y} → %{x}: %{z:.0f} %<br>%{customdata[0]} of %{customdata[1]} person-months<extra></extra>",
    )
    return figure


def kept(months: pd.DataFrame, title: str, axis: str, people: str) -> go.Figure:
    """Return the share that spoke again in the m-th 30 days, with its band.

    ``months`` has month, people, active, retained, low, high.
    """
    months = of_hundred(months, "retained", "low", "high")
    share = {"title": people, "rangemode": "tozero"} | PERCENT
    figure = _charts.frame(title, 360, yaxis=share, xaxis=counted(months["month"], axis))
    figure.update_layout(legend=BELOW)
    _charts.band(figure, months["month"], months["low"], months["high"])
    figure.add_scatter(
        x=months["month"],
        y=months["retained"],
        name=people,
        mode="lines+markers",
        line={"color": _charts.POSITIVE},
        error_y=_charts.lone_bars(months, "retained"),
        customdata=months[["low", "high", "active", "people"]],
        hovertemplate=(
            "month %{x}: %{y:.0f} % (90 %: %{customdata[0]:.0f} % … %{customdata[1]:.0f} %)"
            "<br>%{customdata[2]} of %{customdata[3]} people<extra></extra>"
        ),
    )
    return figure


def fruit(months: pd.DataFrame, title: str, axis: str, fruits: str, touches: str, ways: dict[str, str]) -> go.Figure:
    """Return fruit per 100 people by months since the first touch, beside the touches of both ``ways`` (column: name).

    ``months`` has month, people, fruit_per_100, low, high, given, received.
    """
    left, right = (
        {"title": fruits},
        {"title": touches, "overlaying": "y", "side": "right", "tickmode": "auto", "showgrid": False},
    )
    both = {"rangemode": "tozero"}
    figure = _charts.frame(title, 440, yaxis=left | both, xaxis=counted(months["month"], axis), yaxis2=right | both)
    figure.update_layout(legend=BELOW)
    _charts.band(figure, months["month"], months["low"], months["high"])
    beside = months[["low", "high", "people"]]
    figure.add_scatter(
        x=months["month"],
        y=months["fruit_per_100"],
        name=fruits,
        line={"color": _charts.POSITIVE, "shape": "hv"},
        error_y=_charts.lone_bars(months, "fruit_per_100"),
        customdata=beside,
        hovertemplate=(
            "month %{x}: %{y:.1f} (90 %: %{customdata[0]:.1f} … %{customdata[1]:.1f})"
            "<br>%{customdata[2]} people<extra></extra>"
        ),
    )
    for (column, name), dash in zip(ways.items(), ("dash", "dot"), strict=True):
        line = {"color": _charts.NEUTRAL, "dash": dash}
        figure.add_scatter(x=months["month"], y=months[column], name=html.escape(name), yaxis="y2", line=line)
    return figure


def referrals(tree: pd.DataFrame, title: str, all_of_us: str) -> go.Figure:
    """Return who brought whom as a tree that is read from left to right.

    ``tree`` has person_id, parent_id (missing for a root), name, brought (how many below).
    """
    figure = _charts.frame(title, 120 + 34 * max(4, len(tree)))
    parents = tree["parent_id"].where(tree["parent_id"].notna(), "root")
    figure.add_icicle(
        ids=["root", *tree["person_id"]],
        labels=[html.escape(all_of_us), *(html.escape(str(name)) for name in tree["name"])],
        parents=["", *parents],
        marker={"colors": [_charts.PALE] * (len(tree) + 1), "line": {"color": _charts.POSITIVE, "width": 1}},
        textfont={"color": "#1A1A1A"},
        tiling={"orientation": "h"},
        customdata=[["", 0], *tree[["person_id", "brought"]].to_numpy().tolist()],
        hovertemplate="%{label}: brought %{customdata[1]}<extra></extra>",
    )
    return figure


def repairs(rates: pd.DataFrame, title: str, axis: str, names: dict[bool, str]) -> go.Figure:
    """Return what became of complaints, answered and not, each share with its interval.

    ``rates`` has answered, outcome, n, complaints, people, share, low, high.
    """
    rates = of_hundred(rates, "share", "low", "high")
    share = {"title": axis, "range": [0, 100]} | PERCENT
    figure = _charts.frame(title, 320, yaxis=share, xaxis={"tickangle": 0}, barmode="group")
    for outcome, (colour, shape) in OUTCOMES.items():
        rows = rates[rates["outcome"] == outcome]
        figure.add_bar(
            x=[f"{names[bool(row.answered)]}<br>({row.complaints} complaints)" for row in rows.itertuples()],
            y=rows["share"],
            name=outcome,
            marker={"color": colour, "pattern": {"shape": shape}},
            error_y={
                "type": "data",
                "symmetric": False,
                "array": rows["high"] - rows["share"],
                "arrayminus": rows["share"] - rows["low"],
                "color": _charts.NEUTRAL,
            },
            customdata=rows[["n", "complaints", "people"]],
            hovertemplate="%{y:.0f} %: %{customdata[0]} of %{customdata[1]} complaints by %{customdata[2]} people"
            "<extra>" + outcome + "</extra>",
        )
    return figure
