"""How customers, people with a tag, of an organisation or on a source feel, beside everybody."""

from typing import Any

import pandas as pd
import streamlit as st

from views import _address, _charts_pulse, _data, _filters, _rights, _show, _texts, _words
from views._filters import Shared
from views._words import days, interval, plain, signed

say = _texts.of("pulse")

EVERYBODY, SOURCE = "everybody", "source"
SORTS = {
    SOURCE: "groups_source",
    "kind": "groups_kind",
    "list": "groups_list",
    "organisation": "groups_organisation",
}
FILTERS = {SOURCE: "source", "list": "tag"}  # what a group is -> the filter of Relationships by which its people stand
FELT = ("now", "low", "high")
EXPORTED = ("name", *FELT, "people", "mentions", "start", "until")
KEY = "groups-of-people"  # of the chart and its numbers; `groups` is the choice in the address
MOST = 12  # groups drawn, by how many people are in them


@st.fragment
def draw(now: Shared) -> None:
    """Show what the groups of one sort feel, chosen among those that there are and that may be told."""
    found = _data.ask("groups", brand=now.brand)
    st.header(say("groups"))
    if found.empty:
        st.caption(say("groups_nobody", days=_words.in_days(_data.window_days())))
        return
    there = sorts(found)
    what = choose(there)
    rows = of_sort(found, what)
    recent = days(rows["start"].iloc[0], rows["until"].iloc[0])
    if what == SOURCE and len(rows) == 2:
        st.caption(say("groups_one_source", days=recent, source=plain(rows["name"].iloc[1])))
    else:
        show(rows, what, recent)
    if there == [SOURCE]:
        st.caption(say("groups_none" if _rights.viewer().sees_names else "groups_unnamed"))


def sorts(found: pd.DataFrame) -> list[str]:
    """Return the sorts of groups that there are; without names only sources, for the others are lists of people."""
    seen = set(found["what"]) if _rights.viewer().sees_names else {SOURCE}
    return [what for what in SORTS if what in seen]


def choose(there: list[str]) -> str:
    """Let one choose a sort of groups where there are several."""
    names = {what: say(SORTS[what]) for what in there}
    _address.say_left_out("groups", say("groups_by"), names.values())
    if st.session_state.get("groups") not in there:  # as after a choice of another brand, which has other groups
        st.session_state.pop("groups", None)
    if len(there) == 1:
        return there[0]
    chosen = st.segmented_control(
        say("groups_by"),
        there,
        format_func=names.__getitem__,
        default=there[0],
        required=True,
        key="groups",
        bind="query-params",
    )
    return str(chosen)


def of_sort(found: pd.DataFrame, what: str) -> pd.DataFrame:
    """Return everybody and the groups of one sort as they are called, with what they feel where that may be told.

    Sources are parts of everybody, so that two of them tell a third; who is in no list is told in no row.
    """
    everybody, groups = (found[found["what"] == each] for each in (EVERYBODY, what))
    if what == SOURCE:
        groups = _rights.of_parts(groups, "what", *FELT)
    groups = _rights.of_part(groups, int(everybody["people"].iloc[0]), *FELT)
    rows = pd.concat([_rights.of_enough(everybody, *FELT).assign(of_few=False), groups], ignore_index=True)
    return rows.assign(name=[called(row) for row in rows.to_dict("records")])


def called(row: dict[Any, Any]) -> str:
    """Return a group as people call it."""
    if row["what"] == EVERYBODY:
        return say("groups_everybody")
    return _words.source(row["name"]) if row["what"] == SOURCE else str(row["name"])


def show(rows: pd.DataFrame, what: str, recent: str) -> None:
    """Show everybody and the groups as a chart, where two are told, and as a table; ``recent``: of which days."""
    told, few = rows.dropna(subset=["now"]), _data.fewest_people()
    drawn, data = told.head(MOST + 1), rows[list(EXPORTED)]
    if len(drawn) > 1:
        figure = _charts_pulse.standing(drawn, few, say("groups_title"))
        _show.chart(figure, data, KEY, say("groups_alt"))
    leads = what in FILTERS and _rights.viewer().sees_people
    _show.room_for_tools()
    chosen = table(rows, leads)
    if len(drawn) < 2:
        _show.download(data, KEY)
    part = say("groups_part", shown=MOST, all=len(told) - 1) if len(drawn) < len(told) else ""
    click = say("groups_click") if leads else ""
    caption = say("groups_caption", days=recent, few=few, fewest=_rights.FEWEST)
    st.caption(f"{caption} {part} {click}".strip())
    if chosen is not None and rows["what"].iloc[chosen] == what:
        name = rows["name"].iloc[chosen]
        label, narrowed = say("groups_open", name=plain(name)), {FILTERS[what]: name}
        st.page_link("views/relationships.py", label=label, icon=":material/groups:", query_params=narrowed)


def table(rows: pd.DataFrame, leads: bool) -> int | None:
    """Show the groups as a table; return which row was clicked, where it ``leads`` anywhere."""
    shown = pd.DataFrame(
        {
            say("column_group"): rows["name"],
            say("feeling"): [feeling(row) for row in rows.to_dict("records")],
            say("column_band"): [interval(low, high) for low, high in zip(rows["low"], rows["high"], strict=True)],
            say("heard"): rows["people"],
            say("mentions"): rows["mentions"],
        }
    )
    options: dict[str, Any] = {"on_select": "rerun", "selection_mode": "single-cell"} if leads else {}
    key = f"groups-{_filters.fingerprint(*rows['what'], *rows['name'])}"
    event: Any = st.dataframe(shown, key=key, hide_index=True, alt=say("groups_table"), **options)
    cells = event["selection"]["cells"] if leads else []
    return int(cells[0][0]) if cells else None


def feeling(row: dict[Any, Any]) -> str:
    """Return what a group feels, or why that is not told."""
    if pd.isna(row["now"]):
        return say("groups_not_told") if row["of_few"] else _words.EVIDENCE
    return signed(row["now"])
