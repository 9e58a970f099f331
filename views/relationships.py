"""Relationships: who they are, what they feel, and who needs us."""

from typing import Any

import pandas as pd
import streamlit as st

from views import _charts, _data, _filters, _words

SORTS = ("latest touch", "warmest", "coldest", "strongest tie", "most touches", "silent longest")
EVERYBODY = "everybody"
STAGES = ("advocate", "reciprocal", "engaged", "aware", "dormant", "stranger")
PAGE = 50


def main() -> None:
    """Draw the page."""
    now = _filters.shared()
    st.title(f"Relationships with {_words.plain(now.name)}")
    filters = choose(now.brand)
    key, page = _filters.page(now.brand, filters)
    found = _data.ask("relationships", brand=now.brand, many=PAGE, skip=(page - 1) * PAGE, **filters)
    if found.empty:
        st.info("No relationship fits these filters. Clear the search, or choose fewer sources.")
        return
    total = int(found["found"].iloc[0])
    st.caption(
        f"{_words.count(total, 'relationship', 'relationships')}. Click a row to open the person. {spread(now.brand)}"
    )
    table(found)
    _filters.pager(key, total, PAGE)


def choose(brand: str) -> dict[str, Any]:
    """Draw the filters of this page and return them as parameters of the read."""
    sources = _data.ask("sources", brand=brand)["source"].tolist()
    lists = _data.ask("work_lists", brand=brand)
    names = [EVERYBODY, "changed", *lists["list"]]
    first, second, third, fourth = st.columns(4)
    fifth, sixth, _ = st.columns([1, 2, 1])
    return {
        "list": fifth.selectbox("Who", names, key="list", bind="query-params"),
        "stages": sixth.multiselect("Stage", STAGES, key="stage", bind="query-params"),
        "search": first.text_input("Name", key="search", bind="query-params", placeholder="name or handle"),
        "sources": second.multiselect("Source", sources, format_func=_words.source, key="source", bind="query-params"),
        "sort": third.selectbox("Sort by", SORTS, key="sort", bind="query-params"),
        "touches": fourth.number_input("At least touches", 1, 1000, 1, key="touches", bind="query-params"),
    }


def spread(brand: str) -> str:
    """Say where people cannot be told apart yet."""
    found = _data.ask("spread", brand=brand)
    if found.empty or pd.isna(found["t2"].iloc[0]) or found["t2"].iloc[0] == 0:
        return "There is no measurable difference between people yet, so nobody has a feeling of their own."
    return (
        f"An average person stands at {_words.signed(found['mu'].iloc[0])}; few messages pull an estimate towards that."
    )


def stage_words(person: dict[Any, Any]) -> str:
    """Return the stage with what stands beside it."""
    flags = [flag for flag in ("strained", "fruit") if person[flag]]
    return ", ".join([person["stage"] or "–", *flags])


def table(found: pd.DataFrame) -> None:
    """Show the table; a chosen row leads to the person."""
    shown = pd.DataFrame(
        {
            "Name": found["name"],
            "Feeling": found["feeling"],
            "90 % interval": [
                _words.interval(low, high) for low, high in zip(found["low"], found["high"], strict=True)
            ],
            "Leaning": [_words.leaning(low, high) for low, high in zip(found["low"], found["high"], strict=True)],
            "Change": found["verdict"],
            "Stage": [stage_words(row) for row in found.to_dict("records")],
            "Tie": found["strength"],
            "Feeling over time": found["path"],
            "From them": found["touches_in"],
            "From us": found["touches_out"],
            "Last touch": found["last_touch"],
            "Last from them": found["last_in"],
            "Last from us": found["last_out"],
            "Source": [_words.source(name) for name in found["source"]],
            "What": found["role"],
        }
    )
    date = st.column_config.DateColumn(format="YYYY-MM-DD")
    event = st.dataframe(
        shown,
        key=f"table-{_filters.fingerprint(*found['person_id'])}",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        height=min(len(shown), 18) * 35 + 40,
        column_config={
            "Tie": st.column_config.ProgressColumn(
                format="%.0f",
                min_value=0,
                max_value=100,
                help="Mean of six ranks among all relationships: docs/metrics.md",
            ),
            "Name": st.column_config.TextColumn(pinned=True),
            "Feeling": st.column_config.NumberColumn(format="%+.2f"),
            "Feeling over time": st.column_config.LineChartColumn(y_min=-1, y_max=1, color=_charts.NEUTRAL),
            "Last touch": date,
            "Last from them": date,
            "Last from us": date,
        },
        alt="Relationships with feeling, interval and touches",
    )
    if event["selection"]["rows"]:
        person = found["person_id"].iloc[event["selection"]["rows"][0]]
        st.switch_page("views/person.py", query_params={"person": person})


main()
