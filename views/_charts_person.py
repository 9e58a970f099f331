"""Figures of the Person page."""

import html
from datetime import timedelta

import pandas as pd
import plotly.graph_objects as go

from views import _charts, _texts
from views._charts_relationships import STAGES

say = _texts.of("person")

SHAPES = {"positive": "triangle-up", "neutral": "circle", "negative": "triangle-down"}
MOST = 1500  # marks: more are a cloud, and slow to draw
FOOT, HEAD = -0.94, 0.94  # where marks without a score stand
LETTERS = 1.1  # above them, what people noted on a day
BELOW = {"y": -0.3}  # a legend whose many lines leave little of the plot on a phone, and none of the years otherwise
SHORTEST = timedelta(days=30)  # that an axis shows: of a single moment it would show milliseconds
TICKS = [
    {"dtickrange": [None, "M1"], "value": "%d %b<br>%Y"},
    {"dtickrange": ["M1", "M12"], "value": "%b<br>%Y"},
    {"dtickrange": ["M12", None], "value": "%Y"},
]


def path(path: pd.DataFrame, touches: pd.DataFrame, fruit: pd.DataFrame, title: str, ours: str) -> go.Figure:
    """Return a person's feeling with its band, what they said on it, what was said without a score at the foot.

    ``path`` has day, feeling, low, high, mentions; ``touches`` (latest first: MOST are drawn) has happened_at, kind,
    direction, said, label, touch_id, offline; ``fruit`` has happened_at and kind, and stands at the head. Our marks
    are called ``ours``.
    """
    figure = _charts.frame(title, 440, yaxis=_charts.feeling_axis(say("axis")))
    if not path.empty:
        _charts.band(figure, path["day"], path["low"], path["high"])
        beside = path[["low", "high", "mentions"]]
        _charts.estimate(figure, path["day"], path["feeling"], say("line"), beside)
    touches = touches.head(MOST)
    said = touches[touches["said"].notna()]
    for label, symbol in SHAPES.items():
        marks(figure, said[said["label"] == label], say("they_said", label=label), symbol, _charts.COLOURS[label])
    others = touches[touches["said"].isna()].assign(said=FOOT)
    offline = others["offline"].astype(bool)
    marks(figure, others[offline], say("mark_offline"), "diamond", _charts.NEUTRAL)
    others = others[~offline]
    marks(figure, others[others["direction"] == "out"], ours, "line-ns-open", _charts.NEUTRAL)
    marks(figure, others[others["direction"] == "in"], say("mark_theirs"), "x-thin-open", _charts.NEUTRAL)
    marks(figure, fruit.assign(said=HEAD, touch_id=None), say("mark_fruit"), "star", _charts.NEUTRAL)
    figure.update_yaxes(range=[-1.1, 1.2])  # what somebody stated is −1 or 1, and is not to be cut in half
    figure.add_hline(y=0, line={"color": _charts.NEUTRAL, "width": 1})
    figure.update_xaxes(tickformatstops=TICKS)
    widen(figure, pd.concat([path["day"], touches["happened_at"], fruit["happened_at"]]))
    figure.update_layout(showlegend=True, legend=BELOW)
    return figure


def widen(figure: go.Figure, moments: pd.Series) -> None:
    """Let the axis show SHORTEST at least, with what there is in its middle."""
    moments = pd.to_datetime(moments)
    first, last = moments.min(), moments.max()
    beside = (SHORTEST - (last - first)) / 2
    if beside > timedelta(0):  # not where there is nothing at all
        figure.update_xaxes(range=[first - beside, last + beside])


def marks(figure: go.Figure, touches: pd.DataFrame, name: str, symbol: str, colour: str) -> None:
    """Add touches as marks of one kind; each holds its touch_id, which a click leads to."""
    if touches.empty:
        return
    figure.add_scatter(
        x=touches["happened_at"],
        y=touches["said"],
        name=html.escape(name),
        mode="markers",
        marker={"symbol": symbol, "color": colour, "size": 9, "line": {"width": 1, "color": colour}},
        customdata=touches[["touch_id", "kind"]].to_numpy(),
        hovertemplate="%{x|%d %b %Y}: %{customdata[1]}<extra>" + html.escape(name) + "</extra>",
    )


def stages(runs: pd.DataFrame, until: pd.Timestamp, title: str) -> go.Figure:
    """Return the stages as steps; ``runs`` has month and stage, a row from which month on it was another one."""
    figure = _charts.frame(title, 260)
    steps = [STAGES.index(stage) for stage in runs["stage"]]
    figure.add_scatter(
        x=[*runs["month"], until],
        y=[*steps, steps[-1]],
        mode="lines+markers",
        line={"shape": "hv", "color": _charts.POSITIVE},
        marker={"size": [9] * len(steps) + [0]},
        text=[*runs["stage"], ""],
        hovertemplate="%{x|%b %Y}: %{text}<extra></extra>",
        showlegend=False,
    )
    figure.update_xaxes(tickformatstops=TICKS)
    figure.update_yaxes(tickvals=list(range(len(STAGES))), ticktext=STAGES, range=[-0.4, len(STAGES) - 0.6])
    return figure
