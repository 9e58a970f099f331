"""The figures of Pulse, from tidy frames; every title is the question that the figure answers."""

import html
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from pipeline.telling.moved import is_sure
from views import _texts
from views._charts import (
    NEGATIVE,
    NEUTRAL,
    POSITIVE,
    band,
    both_ways,
    estimate,
    feeling_axis,
    frame,
    runs,
    see_through,
    time_axis,
    told,
)
from views._words import begun, mentions, people, period, signed
from views._words import day as date

say = _texts.of("pulse")

FOOT, TOP = -0.92, 0.88  # where on the axis of feeling the marks of events and notes stand
SYMBOLS = {"kind_alert": "diamond", "kind_person": "diamond-open", "kind_turn": "star", "kind_few": "x-thin-open"}
CHOSEN: dict[str, Any] = {"selected": {"marker": {"size": 16}}, "unselected": {"marker": {"opacity": 1}}}
LONGEST = 32  # characters of a name beside an axis


def mark(people: pd.Series, few: int, colour: str = POSITIVE, symbol: str = "circle") -> dict[str, Any]:
    """Return how points are drawn: those of few people are hollow, since paler ones could not be made out."""
    symbols = [f"{symbol}-open" if number < few else symbol for number in people]
    return {"symbol": symbols, "color": colour, "line": {"width": 2, "color": colour}}


def in_legend(figure: go.Figure, colour: str = POSITIVE, symbol: str = "circle") -> None:
    """Let a full mark stand in the legend for the trace added last: Plotly takes its first point, which may be hollow.

    ``colour`` and ``symbol`` are those of its `mark`.
    """
    drawn = figure.data[-1]
    drawn.update(showlegend=False, legendgroup=drawn.name)
    same = {"name": drawn.name, "legendgroup": drawn.name, "mode": drawn.mode, "line": drawn.line}
    marker = {"symbol": symbol, "color": colour, "size": drawn.marker.size}
    figure.add_scatter(x=[None], y=[None], marker=marker, hoverinfo="skip", **same)
    figure.update_layout(legend={"traceorder": "reversed"})  # else each group has a column of its own


def short(name: str) -> str:
    """Return a name as it stands beside an axis: never read as markup, and cut where it is long."""
    cut = name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
    return html.escape(cut)


def bands(figure: go.Figure, points: pd.DataFrame) -> None:
    """Add the 90 % band of ``points`` (period, low, high), interrupted where it is not known."""
    for number, run in enumerate(runs(points)):
        band(figure, run["period"], run["low"], run["high"])
        figure.data[-1].showlegend = number == 0


def index(series: pd.DataFrame, few: int, grain: str, title: str) -> go.Figure:
    """Return the index with its band, one person one voice, and the per-post index beside it.

    ``series`` has period, weighting, estimate, low, high, people, mentions; points of fewer than ``few`` people are
    hollow, missing ones are gaps.
    """
    axes = {"xaxis": time_axis(series["period"], grain), "yaxis": feeling_axis(say("axis"))}
    figure = frame(title, 420, **axes)
    person, post = (series[series["weighting"] == kind] for kind in ("person", "post"))
    bands(figure, person)
    dotted = {"color": NEUTRAL, "dash": "dot"}
    name = say("post_line")
    figure.add_scatter(x=post["period"], y=post["estimate"], name=name, mode="lines", line=dotted, hoverinfo="skip")
    beside = person[["low", "high", "people", "mentions"]]
    style = {"size": 10} | mark(person["people"], few)
    estimate(figure, person["period"], person["estimate"], say("person_line"), beside, grain, **style)
    figure.data[-1].update(**CHOSEN)
    in_legend(figure)
    figure.add_hline(y=0, line={"color": NEUTRAL, "width": 1})
    return figure


def events(figure: go.Figure, found: pd.DataFrame) -> None:
    """Add what was out of the ordinary along the foot; ``found`` has period, kind (of SYMBOLS) and words."""
    for kind, rows in found.groupby("kind"):
        figure.add_scatter(
            x=rows["period"],
            y=[FOOT] * len(rows),
            name=say(str(kind)),
            mode="markers",
            marker={"symbol": SYMBOLS[str(kind)], "size": 12, "color": NEUTRAL, "line": {"width": 2}},
            customdata=[[html.escape(words)] for words in rows["words"]],
            hovertemplate="%{customdata[0]}<extra></extra>",
            **CHOSEN,
        )


def notes(figure: go.Figure, found: pd.DataFrame, top: float = TOP) -> None:
    """Add what people noted on a day as lines with a letter at ``top``; ``found`` has day, letter and text, if told."""
    if found.empty:
        return
    for day in found["day"]:
        figure.add_vline(x=pd.Timestamp(day), line={"color": NEUTRAL, "width": 1, "dash": "dash"})
    figure.add_scatter(
        x=found["day"],
        y=[top] * len(found),
        name=say("note_mark"),
        mode="markers+text",
        text=found["letter"],
        textposition="top center",  # beside its mark it would stand on the next one on a phone
        cliponaxis=False,
        marker={"symbol": "triangle-down", "size": 11, "color": NEUTRAL},
        customdata=[[short(text)] for text in found["text"]],
        hovertext=[f"{date(note.day)}: " if note.text else date(note.day) for note in found.itertuples()],
        hovertemplate="%{hovertext}%{customdata[0]}<extra></extra>",
        **CHOSEN,
    )


def look(contribution: float, se: float) -> dict[str, Any]:
    """Return how a contribution is drawn: pale with an edge where it is no more than chance would do."""
    if not is_sure(contribution, se):
        return {"color": see_through(NEUTRAL, 0.25), "line": {"color": NEUTRAL, "width": 1}}
    if contribution > 0:
        return {"color": POSITIVE}
    return {"color": NEGATIVE, "pattern": {"shape": "/"}}


def sized(contribution: float, se: float) -> str:
    """Return what is said of a bar: the contribution and half its 90 % interval."""
    known = "" if pd.isna(se) else f" ± {1.645 * se:.2f}"
    return f"{signed(contribution)}{known}"


def error(se: float) -> dict[str, Any]:
    """Return the 90 % interval of a contribution as an error bar."""
    return {"type": "data", "array": [1.645 * se], "color": NEUTRAL, "visible": bool(pd.notna(se))}


def behind(row: Any) -> str:
    """Return what the hover says of a contribution."""
    known = {"name": short(begun(str(row.name))), "much": sized(row.contribution, row.se)}
    heard = say("at_least", people=people(row.people)) if getattr(row, "joined", False) else people(row.people)
    return say("hover_part", people=heard, before=row.people_before, **known)


def parts(groups: pd.DataFrame, change: float, se_change: float, title: str) -> go.Figure:
    """Return what a change came from, group by group, with the whole at the end; all from zero, with 90 % intervals.

    ``groups`` has name, contribution, se, people, people_before; what is no more than chance is pale.
    """
    figure = frame(title, 320, yaxis={"title": say("parts_axis"), "tickformat": "+.2f"}, showlegend=False)
    bars = [(str(row.name).capitalize(), row.contribution, row.se) for row in groups.itertuples()]
    bars.append((say("parts_all"), change, se_change))
    ticks = [f"{name}<br>{sized(much, se)}" for name, much, se in bars]
    figure.update_xaxes(tickvals=[name for name, *_ in bars], ticktext=ticks)
    for row in groups.itertuples():
        figure.add_bar(
            x=[str(row.name).capitalize()],
            y=[row.contribution],
            marker=look(row.contribution, row.se),
            error_y=error(row.se),
            hovertext=behind(row),
            hovertemplate="%{hovertext}<extra></extra>",
        )
    figure.add_bar(
        x=[say("parts_all")],
        y=[change],
        error_y=error(se_change),
        marker={"color": "rgba(0,0,0,0)", "line": {"color": NEUTRAL, "width": 2}},
        hovertext=f"{say('parts_all')}: {sized(change, se_change)}",
        hovertemplate="%{hovertext}<extra></extra>",
    )
    figure.add_hline(y=0, line={"color": NEUTRAL, "width": 1})
    return figure


def topics(moved: pd.DataFrame, title: str) -> go.Figure:
    """Return what a change came from, topic by topic; ``moved`` is like the groups of `parts`."""
    axis = {"title": say("topics_axis"), "tickformat": "+.2f"}
    figure = frame(title, 130 + 36 * len(moved), xaxis=axis, yaxis={"autorange": "reversed"}, showlegend=False)
    for row in moved.itertuples():
        figure.add_bar(
            x=[row.contribution],
            y=[short(str(row.name))],
            orientation="h",
            marker=look(row.contribution, row.se),
            error_x=error(row.se),
            customdata=[[str(row.name)]],
            hovertext=behind(row),
            hovertemplate="%{hovertext}<extra></extra>",
        )
    figure.add_vline(x=0, line={"color": NEUTRAL, "width": 1})
    return figure


def top(highest: float) -> float:
    """Return how far bars reach; those of which nothing is told nowhere."""
    return 0.0 if pd.isna(highest) else float(highest)


LABELS = {"neutral": (NEUTRAL, ".", 1), "positive": (POSITIVE, "", 1), "negative": (NEGATIVE, "/", -1)}


def volume(counts: pd.DataFrame, grain: str, title: str) -> go.Figure:
    """Return mentions by label and period, negatives below the line.

    ``counts`` has period, positive, neutral, negative, and untold: the mentions of too few people, of any label.
    """
    above = counts[["positive", "neutral", "untold"]].sum(axis=1).max()
    axes = {"xaxis": time_axis(counts["period"], grain)}
    axes |= {"yaxis": both_ways(say("volume_axis"), top(above), top(counts["negative"].max()))}
    figure = frame(title, 320, barmode="relative", **axes)
    when = [period(each, grain) for each in counts["period"]]
    for label, (colour, shape, sign) in LABELS.items():
        figure.add_bar(
            x=counts["period"],
            y=sign * counts[label],
            name=say(label),
            marker={"color": colour, "pattern": {"shape": shape}},
            customdata=counts[[label]].assign(label=label),
            hovertext=when,
            hovertemplate="%{hovertext}: %{customdata[0]} " + say(label).lower() + "<extra></extra>",
        )
    if counts["untold"].any():
        figure.add_bar(
            x=counts["period"],
            y=counts["untold"],
            name=say("untold"),
            marker={"color": "rgba(0,0,0,0)", "line": {"color": NEUTRAL, "width": 1}},
            hovertext=[f"{at}: {mentions(many)}" for at, many in zip(when, counts["untold"], strict=True)],
            hovertemplate="%{hovertext}<extra></extra>",
        )
    return figure


MOVES = {
    "moved_up": (POSITIVE, "", 1),
    "new": (NEUTRAL, ".", 1),
    "moved_down": (NEGATIVE, "/", -1),
}


def flow(months: pd.DataFrame, title: str) -> go.Figure:
    """Return relationships that moved a stage, by month, those that fell below the line.

    ``months`` has month, people, moved_up, held, moved_down, new.
    """
    above = (months["moved_up"] + months["new"]).max()
    axes = {"xaxis": time_axis(months["month"], "month")}
    axes |= {"yaxis": both_ways(say("flow_axis"), top(above), top(months["moved_down"].max()))}
    figure = frame(title, 320, barmode="relative", **axes)
    for column, (colour, shape, sign) in MOVES.items():
        name = say(column)
        words = f"%{{hovertext}}: %{{customdata[0]}} {name.lower()}, %{{customdata[1]}} held, of %{{customdata[2]}}"
        figure.add_bar(
            x=months["month"],
            y=sign * months[column],
            name=name,
            marker={"color": colour, "pattern": {"shape": shape}},
            customdata=months[[column, "held", "people"]],
            hovertext=[period(month, "month") for month in months["month"]],
            hovertemplate=f"{words}<extra></extra>",
        )
    return figure


def standing(periods: pd.DataFrame, few: int, title: str) -> go.Figure:
    """Return a row per brand with feeling and 90 % interval; ``periods`` has name, now, low, high, people, mentions."""
    height, axis = 130 + 48 * len(periods), feeling_axis(say("axis"))
    figure = frame(title, height, xaxis=axis, yaxis={"autorange": "reversed"})
    bars = {"array": periods["high"] - periods["now"], "arrayminus": periods["now"] - periods["low"]}
    figure.add_scatter(
        x=periods["now"],
        y=[short(name) for name in periods["name"]],
        mode="markers",
        marker={"size": 12} | mark(periods["people"], few),
        error_x={"type": "data", "color": NEUTRAL, **bars},
        hovertext=told(map(short, periods["name"]), periods["now"], periods[["low", "high", "people", "mentions"]]),
        hovertemplate="%{hovertext}<extra></extra>",
        showlegend=False,
    )
    figure.add_vline(x=0, line={"color": NEUTRAL, "width": 1})
    return figure
