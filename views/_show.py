"""How charts and tables are shown: with a name for screen readers, and with their numbers to take along."""

import io
from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pyarrow as pa
import streamlit as st

from pipeline import tables
from views import _address, _texts, _words

say = _texts.of("shared")

FORMATS = ("PNG", "SVG")
DIGITS = 4  # of a number in a CSV: more would claim what no interval here bears
# By theme, so that each has 4.5 : 1 (WCAG AA), where Streamlit's grey on white has not: what stands beside the axes, on
# hovering and at marks; and the lines of intervals, which cross coloured bars.
WORDS = {"light": "#5A5E6B", "dark": "#C5C8D0"}
LINES = {"light": "#0B0D12", "dark": "#FAFAFA"}
BUTTONS = [["toImage", "resetScale2d"]]  # of the tool bar of every chart


def image_format() -> None:
    """Let one choose what the camera of every chart makes."""
    _address.say_left_out("image", say("image"), FORMATS)
    st.segmented_control(
        say("image"), FORMATS, default="PNG", required=True, key="image", bind="query-params", persist_state="session"
    )


def chart(figure: go.Figure, data: pd.DataFrame, key: str, alt: str, select: bool = False) -> Any:
    """Draw a chart with its numbers to take along below; return the event of a selection, if one may select."""
    readable(figure)
    options = {"format": st.session_state.get("image", "PNG").lower(), "filename": f"orchard-{key}", "scale": 2}
    values: dict[str, Any] = {"on_select": "rerun", "selection_mode": "points"} if select else {}
    config = {"displaylogo": False, "modeBarButtons": BUTTONS, "toImageButtonOptions": options}
    event = st.plotly_chart(figure, key=key, alt=alt, config=config, **values)
    download(data, key)
    return event


def room_for_tools() -> None:
    """Leave room between a line of text and a table, whose tool bar stands above it."""
    st.space("small")


def readable(figure: go.Figure) -> None:
    """Give what is written and drawn on a chart enough contrast in the theme of the page."""
    theme = "dark" if st.context.theme.type == "dark" else "light"
    words = {"color": WORDS[theme]}
    figure.update_xaxes(tickfont=words, title={"font": words})
    figure.update_yaxes(tickfont=words, title={"font": words})
    figure.update_annotations(font=words)
    figure.update_layout(hoverlabel={"font": words})
    marks = {"textfont": words, "unselected": {"textfont": words}}  # else they vanish beside a chosen point
    figure.update_traces(marks, selector={"mode": "markers+text"})
    lines = {"color": LINES[theme]}
    figure.update_traces(error_x=lines, error_y=lines, selector={"type": "bar"})


def download(data: pd.DataFrame, key: str) -> None:
    """Offer the numbers as CSV, made only when somebody asks; no cell of it is a formula."""
    st.download_button(
        say("csv"),
        to_csv(data),
        file_name=f"orchard-{key}.csv",
        mime="text/csv",
        key=f"csv-{key}",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )


def signed(data: pd.DataFrame, column: str, places: int = 2) -> Any:
    """Return a table that shows a column with its sign as the charts do, and is still sorted by its numbers."""
    return data.style.format(str, na_rep="–").format(partial(_words.signed, places=places), subset=[column])


def to_csv(data: pd.DataFrame) -> Callable[[], bytes]:
    """Return what makes the CSV of a frame, in UTF-8 with the mark that spreadsheets look for."""

    def made() -> bytes:
        text = io.StringIO()
        tables.write_csv(pa.Table.from_pandas(data, preserve_index=False), text, DIGITS)
        return text.getvalue().encode("utf-8-sig")

    return made
