"""Relationships: who they are, what they feel, and who needs us."""

from functools import partial
from typing import Any, Literal
from urllib.parse import parse_qs, urlencode

import pandas as pd
import streamlit as st

from pipeline import journal, journal_reads
from views import (
    _address,
    _brands,
    _charts,
    _charts_relationships,
    _data,
    _dates,
    _filters,
    _open,
    _person_facts,
    _print,
    _relationships_tags,
    _rights,
    _show,
    _terms,
    _texts,
    _way_back,
    _words,
    _writes,
)
from views._charts_relationships import STAGES
from views._filters import Shared

say = _texts.of("relationships")

SORTS = ("latest touch", "warmest", "coldest", "strongest tie", "most touches", "silent longest")
LONGEST = "longest on this list"
EVERYBODY, CHANGED = "everybody", "changed"
FLAGS = ("strained", "fruit")  # beside a stage
STARTS: dict[str, Any] = {
    "search": "",
    "source": [],
    "sort": SORTS[0],
    "touches": 1,
    "list": EVERYBODY,
    "stage": [],
    "tag": [],
}
PAGE = 50
MOST_TOUCHES = 1000
MARKS = 1500  # more marks than that are a cloud, and slow to draw
MOST = 1_000_000_000
HERE = "relationships"
# What a mark of the orchard shows.
MARKED = ("name", "stage", "feeling", "low", "high", "mentions", "strength", "verdict", "touches_in", "touches_out")


def main() -> None:
    """Draw the page."""
    now = _filters.shared()
    st.title(say("title", name=_words.plain(now.name)))
    if _rights.keeps_people_back(say("no_people")):
        return
    _filters.whole_history()
    typed = _relationships_tags.typed()
    tags = _relationships_tags.known(now.brand, typed)
    filters = choose(now.brand, tags) | {"typed": typed}
    views()
    key, found = _filters.listed(
        partial(_data.ask, "relationships", brand=now.brand, **filters), PAGE, now.brand, filters
    )
    if found.empty:
        st.info(why_nobody(filters))
        return
    total = int(found["found"].iloc[0])
    orchard(now, filters, total)
    many = _words.count(total, "relationship", "relationships")
    count = "count" if _rights.viewer().sees_names else "count_unnamed"
    st.caption(f"{say(count, many=many)} {spread(now.brand)}")
    us = _brands.called(now.brand, now.name)["us"]
    ticked = table(found, filters["list"], us)
    _relationships_tags.draw(tags, found.iloc[ticked])
    _filters.pager(key, total, PAGE)
    every = _data.ask("relationships", brand=now.brand, many=MOST, skip=0, **filters)
    _show.download(exported(every, filters["list"], us), HERE)


def choose(brand: str, tags: list[str]) -> dict[str, Any]:
    """Draw the filters of this page and return them as parameters of the read."""
    chosen = who(brand)
    sorts = (*SORTS, LONGEST) if is_work_list(chosen) else SORTS
    _address.say_left_out("sort", say("sort"), sorts)
    first, second = st.columns(2)
    search = first.text_input(say("search"), key="search", bind="query-params", placeholder=say("search_hint")).strip()
    sort = second.selectbox(say("sort"), sorts, key="sort", bind="query-params")
    return {"list": chosen, "search": search, "sort": sort} | seldom(brand, tags)


def who(brand: str) -> str:
    """Let one choose a work list, and say how many people each has."""
    lists = _data.ask("work_lists", brand=brand)
    if _brands.is_other(brand):
        lists = lists[~lists["list"].isin(_person_facts.OUR_WORK)]
    options = [EVERYBODY, *lists["list"]]
    _address.say_left_out("list", say("who"), options)
    meant = _terms.listed(name for name in _terms.LISTS if name in options)
    chosen = st.pills(
        say("who"), options, default=EVERYBODY, required=True, key="list", bind="query-params", help=meant
    )
    many = (say("with_count", name=row["list"], people=row["people"]) for row in lists.to_dict("records"))
    ours = [say("our_work", lists=", ".join(_person_facts.OUR_WORK))] if _brands.is_other(brand) else []
    st.caption(" · ".join([*many, *ours]))
    return str(chosen)


def is_work_list(chosen: str) -> bool:
    """Say whether those chosen are on a list of what is to be done."""
    return chosen not in (EVERYBODY, CHANGED)


def why_nobody(filters: dict[str, Any]) -> str:
    """Return why nobody is shown: the list is empty, which is an answer, or the filters leave nobody of it."""
    narrowed = filters["search"] or filters["sources"] or filters["stages"] or filters["tags"] or filters["touches"] > 1
    if narrowed or filters["list"] == EVERYBODY:
        return say("none_fit")
    return say("none_on_list" if is_work_list(filters["list"]) else "none_changed", name=filters["list"])


def seldom(brand: str, tags: list[str]) -> dict[str, Any]:
    """Draw the filters that are wanted less often; they are open where one of them is in force."""
    sources = _data.ask("sources", brand=brand)["source"].tolist()
    _address.say_left_out("source", say("source"), map(_words.source, sources))
    _address.say_left_out("stage", say("stage"), STAGES)
    _address.say_left_out("tag", say("tags"), tags)
    _address.say_left_out("touches", say("touches"), map(str, range(1, MOST_TOUCHES + 1)))
    in_force = any(key in st.query_params for key in ("source", "stage", "tag", "touches"))
    with st.expander(say("more"), icon=":material/tune:", key="more", expanded=in_force):
        first, second, third, fourth = st.columns(4)
        return {
            "sources": first.multiselect(
                say("source"), sources, format_func=_words.source, key="source", bind="query-params"
            ),
            "stages": second.multiselect(
                say("stage"), STAGES[::-1], key="stage", bind="query-params", help=_terms.listed(STAGES[::-1])
            ),
            "tags": third.multiselect(say("tags"), tags, key="tag", bind="query-params"),
            "touches": fourth.number_input(say("touches"), 1, MOST_TOUCHES, 1, key="touches", bind="query-params"),
        }


def views() -> None:
    """Let one save the filters in force under a name, and go back to saved ones."""
    with st.popover(say("views"), icon=":material/bookmark:"):
        saved = [view for view in _data.typed(journal_reads.read_views) if view["page"] == HERE]
        if not saved:
            st.caption(say("view_none"))
        for view in saved:
            saved_view(view)
        name = st.text_input(say("view_name"), key="view_name", max_chars=80).strip()
        if st.button(say("view_save"), disabled=not name):
            save = partial(journal.save_view, _data.workspace(), name, HERE, address())
            if _writes.write(save, say("view_saved", name=name), counts=False):
                st.rerun()


def address() -> str:
    """Return the filters in force as an address has them, also the brand and the period that it means unsaid."""
    known = _filters.choices_in_words(_filters.brands())
    unsaid = [(key, words[st.session_state[key]]) for key, words in known.items() if key not in st.query_params]
    return urlencode(unsaid + [(key, value) for key in st.query_params for value in st.query_params.get_all(key)])


def saved_view(view: dict[str, Any]) -> None:
    """Draw one saved view: its name opens it, and it can be removed."""
    with st.container(horizontal=True, vertical_alignment="center"):
        name, key = _words.plain(view["name"]), f"view-{view['view_id']}"
        st.button(name, key=key, type="tertiary", width="stretch", on_click=bring_back, args=(view["query"],))
        if st.button(say("view_remove"), key=f"drop-{view['view_id']}", type="tertiary"):
            drop = partial(journal.withdraw_view, _data.workspace(), view["view_id"])
            if _writes.write(drop, say("view_gone", name=view["name"]), counts=False):
                st.rerun()


def bring_back(query: str) -> None:
    """Set the filters as a saved address has them; those that it does not name go back to where they begin.

    An address has the words of a choice, and may name what is not here any more.
    """
    values = parse_qs(query)
    for key, words in _filters.choices_in_words(_filters.brands()).items():
        asked = [choice for choice, called in words.items() if called in values.get(key, [])]
        if asked:
            st.session_state[key] = asked[0]
            _way_back.forget()
    if _dates.FIELD in values:
        _dates.choose(_dates.read(values[_dates.FIELD]))
    sources = _data.ask("sources", brand=st.session_state["brand"])["source"]
    values["source"] = [source for source in sources if _words.source(source) in values.get("source", [])]
    for key, start in STARTS.items():
        given = values.get(key, [])
        if isinstance(start, list):
            st.session_state[key] = given
        else:
            is_none = not given or (isinstance(start, int) and not given[0].isdecimal())
            st.session_state[key] = start if is_none else type(start)(given[0])


def orchard(now: Shared, filters: dict[str, Any], total: int) -> None:
    """Show every relationship at a glance; a click opens the person."""
    strongest = filters | {"sort": "strongest tie"}
    people = _data.ask("relationships", brand=now.brand, many=MARKS, skip=0, **strongest)
    figure = _charts_relationships.orchard(people, say("orchard_title"), say("axis"), say("not_yet"))
    with _print.page():
        event = _show.chart(figure, people[list(MARKED)], "orchard", say("orchard_alt", name=now.name), select=True)
    part = say("orchard_part", shown=len(people), all=total) if len(people) < total else ""
    st.caption(f"{say('orchard_note')} {part}")
    points = event["selection"]["points"] if event else []
    if points:
        _way_back.open_person(points[0]["customdata"][0])


def spread(brand: str) -> str:
    """Say how an average person feels, or that people cannot be told apart yet."""
    found = _data.ask("spread", brand=brand)
    if found.empty or pd.isna(found["t2"].iloc[0]) or found["t2"].iloc[0] == 0:
        return say("spread_none")
    row = found.iloc[0]
    sizes = {"people": _words.people(row["people"]), "mentions": _words.mentions(row["mentions"])}
    return say("spread", mean=_words.signed(row["mu"]), band=_words.interval(row["low"], row["high"]), **sizes)


def stage_words(person: dict[Any, Any]) -> str:
    """Return the stage with what stands beside it."""
    flags = [flag for flag in FLAGS if person[flag]]
    return ", ".join([person["stage"] or "–", *flags])


def rhythm(person: dict[Any, Any]) -> str:
    """Return in words how often they come, and how long they have been silent."""
    if pd.isna(person["silence_days"]):
        return "–"
    if pd.isna(person["mean_gap_days"]):
        return say("rhythm_once")
    return say("rhythm", gap=_words.every(person["mean_gap_days"]), silence=_words.in_days(person["silence_days"]))


def table(found: pd.DataFrame, chosen: str, us: str) -> list[int]:
    """Show the table; a click on a name leads to the person. Return which rows are ticked, by whoever may tag them."""
    ticks: tuple[Literal["multi-row"], ...] = ("multi-row",) if _rights.viewer().sees_names else ()
    event = st.dataframe(
        _show.signed(columns(found, chosen, us), say("column_feeling")),
        key=f"table-{_filters.fingerprint(*found['person_id'])}",
        hide_index=True,
        on_select="rerun",
        selection_mode=(*ticks, "single-cell"),
        height=min(len(found), 18) * 35 + 40,
        placeholder="–",
        column_config=formats(us),
        alt=say("table_alt"),
    )
    people = dict(enumerate(zip(found["person_id"], found["name"], strict=True)))
    _open.from_table(event, {say("column_name"): people}, HERE)
    return list(event["selection"]["rows"])


def columns(found: pd.DataFrame, chosen: str, us: str) -> pd.DataFrame:
    """Return the table as it is shown, with ``us`` for the brand; on a work list it says since when."""
    people = found.to_dict("records")
    bounds = list(zip(found["low"], found["high"], strict=True))
    since = {say("list_since"): found["on_list_since"]} if is_work_list(chosen) else {}
    return pd.DataFrame(
        {say("column_name"): found["name"]}
        | since
        | {
            say("column_feeling"): found["feeling"],
            say("column_interval"): [_words.interval(low, high) for low, high in bounds],
            say("column_leaning"): [_words.leaning(low, high) for low, high in bounds],
            say("column_change"): found["verdict"],
            say("column_stage"): [stage_words(person) for person in people],
            say("column_tags"): found["tags"],
            say("column_tie"): found["strength"],
            say("column_path"): found["path"],
            say("column_in"): found["touches_in"],
            say("column_out", us=us): found["touches_out"],
            say("column_balance"): found["direction"].fillna(_words.EVIDENCE),
            say("column_touch"): found["last_touch"],
            say("column_last_in"): found["last_in"],
            say("column_last_out", us=us): found["last_out"],
            say("column_rhythm"): [rhythm(person) for person in people],
            say("column_alive"): (100 * found["p_alive"]).round(),
            say("column_source"): [_words.source(name) for name in found["source"]],
            say("column_what"): found["role"],
        }
    )


def exported(found: pd.DataFrame, chosen: str, us: str) -> pd.DataFrame:
    """Return the table as it is taken along: interval and chance as numbers, and by which account one is known."""
    shown = columns(found, chosen, us).drop(columns=[say("column_path")])
    place = list(shown.columns).index(say("column_interval"))
    shown = shown.drop(columns=[say("column_interval")])
    shown.insert(place, say("column_low"), found["low"])
    shown.insert(place + 1, say("column_high"), found["high"])
    return shown.assign(**{say("column_alive"): found["p_alive"].round(2), say("column_account"): found["account_id"]})


def formats(us: str) -> dict[str, Any]:
    """Return how the columns are drawn."""
    config = st.column_config
    date = config.DateColumn(format="YYYY-MM-DD")
    dates = (say("list_since"), say("column_touch"), say("column_last_in"), say("column_last_out", us=us))
    return dict.fromkeys(dates, date) | {
        say("column_name"): config.TextColumn(pinned=True),
        say("column_tie"): config.ProgressColumn(format="%.0f", min_value=0, max_value=100, help=say("tie_help")),
        say("column_path"): config.LineChartColumn(y_min=-1, y_max=1, color=_charts.NEUTRAL),
        say("column_tags"): config.ListColumn(width=140),
        say("column_stage"): config.TextColumn(width=150, help=_terms.listed([*STAGES[::-1], *FLAGS])),
        say("column_alive"): config.NumberColumn(format="%d %%", help=say("alive_help")),
    }


main()
