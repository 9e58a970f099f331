"""Compare: the brands beside each other, over the same days."""

from typing import Any

import pandas as pd
import streamlit as st

from views import (
    _address,
    _brands,
    _breath,
    _charts_compare,
    _charts_pulse,
    _compare_topics,
    _data,
    _days,
    _edges,
    _filters,
    _print,
    _rights,
    _show,
    _texts,
)
from views._days import Days
from views._filters import Shared
from views._words import count, days, interval, percent, plain, signed, source

say = _texts.of("compare")

PANELS = {"sources": "panel_sources", "all": "panel_all", "people": "panel_people"}
ABOUT = {"sources": "about_sources", "all": "about_all", "people": "about_people"}
GRAINS = ("quarter", "month")


def main() -> None:
    """Draw the page."""
    now, names = _filters.shared(), _brands.names()
    with _print.page():
        st.title(say("title", name=plain(now.name)))
        if len(names) < 2:
            st.info(say("alone"))
            return
        sizes = {"fewest": _rights.FEWEST, "few": _data.fewest_people()}
        st.caption(say("same_days", days=days(now.start, now.until), **sizes))
        standing(_days.whole(now), now.everything)
        voices(now, names)
        _breath.draw(now, names)
        paths(now, names)
        _compare_topics.draw(now, names)


def standing(span: Days, everything: bool) -> None:
    """Show what people feel about each brand, and how that has changed."""
    every = _brands.side_by_side(span)
    told = every.dropna(subset=["now"])
    if not told.empty:
        st.header(say("now"))
        figure = _charts_pulse.standing(told, _data.fewest_people(), say("standing_title"))
        _show.chart(figure, every, "standing", say("standing_alt"))
    rows = every.to_dict("records")
    shown = pd.DataFrame(
        {
            say("brand"): every["name"],
            say("feeling"): [say("evidence") if pd.isna(row["now"]) else signed(row["now"]) for row in rows],
            say("band"): [interval(row["low"], row["high"]) for row in rows],
            say("change"): [changed(row["change"], row["se_change"], everything) for row in rows],
            say("people"): every["people"],
            say("mentions"): every["mentions"],
        }
    )
    st.dataframe(shown, hide_index=True, alt=say("table_alt"))


def changed(change: Any, se: Any, everything: bool) -> str:
    """Return a change with its margin, and whether chance alone would do it; ``everything``: nothing is before it."""
    if pd.isna(change) or pd.isna(se):
        return say("nothing_before" if everything else "evidence")
    sure = abs(change) > 1.645 * se
    return say("changed_surely" if sure else "changed", change=signed(change), margin=f"{1.645 * se:.2f}")


@st.fragment
def voices(now: Shared, names: dict[str, str]) -> None:
    """Show whose voice is how loud, on a panel of one's choice."""
    st.header(say("voices"))
    _address.say_left_out("panel", say("panel"), map(say, PANELS.values()))
    panel = st.segmented_control(
        say("panel"),
        list(PANELS),
        format_func=lambda panel: say(PANELS[panel]),
        default="sources",
        required=True,
        key="panel",
        bind="query-params",
    )
    found = _data.ask("share_of_voice", panel=panel, start=now.start, until=now.until)
    found = _rights.of_parts(found, "month", "mentions", "share", "low", "high")
    told = found["share"].notna().groupby(found["month"]).transform("any")
    found["all_mentions"] = found["all_mentions"].where(told)  # else they may be those of a few
    if found["share"].isna().all():
        st.info(nobody_heard(panel, now.everything))
        return
    few = _data.fewest_people()
    _show.chart(_charts_compare.shares(found, names, few, say("share_title")), found, "share", say("share_alt"))
    edges = _edges.words(found["month"], now.start, now.until, "month")
    last = found[found["month"] == found["month"].max()]
    st.markdown(in_words(last, names))
    about = say(ABOUT[panel], sources=sources(last["sources"].iloc[0]))
    st.caption(f"{say('share_caption', panel=about, few=few, fewest=_rights.FEWEST)} {edges}")


def nobody_heard(panel: str, everything: bool) -> str:
    """Return that no share can be told, and which other choices could change that."""
    said = [say("share_none", fewest=_rights.FEWEST)]
    if not everything:
        said.append(say("share_longer"))
    if panel != "all":
        said.append(say("share_wider", panel=say(PANELS["all"])))
    return " ".join(said)


def sources(names: str | None) -> str:
    """Return the sources of a panel as people call them."""
    return ", ".join(plain(source(name)) for name in (names or "").split(", ") if name) or "–"


def in_words(month: pd.DataFrame, names: dict[str, str]) -> str:
    """Return the shares of one month as a sentence."""
    rows = month.set_index("brand").to_dict("index")
    told = [share(plain(name), rows[brand]) for brand, name in names.items() if brand in rows]
    return say("share_month", month=_days.label(month["month"].iloc[0], "month"), shares="; ".join(told))


def share(name: str, row: dict[Any, Any]) -> str:
    """Return one brand's share with its interval and people."""
    people = count(int(row["people"]), say("person_one"), say("person_many"))
    if row["of_few"]:
        return say("share_second", name=name, people=people)
    if pd.isna(row["share"]):
        return say("share_few", name=name, people=people)
    parts = {part: percent(row[part]) for part in ("share", "low", "high")}
    return say("share_of", name=name, people=people, **parts)


@st.fragment
def paths(now: Shared, names: dict[str, str]) -> None:
    """Show how the feeling about each brand moved."""
    st.header(say("over_time"))
    _address.say_left_out("each", say("grain"), map(say, GRAINS))
    grain = st.segmented_control(
        say("grain"), GRAINS, format_func=say, default="quarter", required=True, key="each", bind="query-params"
    )
    found = _data.ask("brand_path", grain=grain, start=now.start, until=now.until)
    found = _rights.of_times(found, "brand", "estimate", "low", "high")
    found = found[["period", *found.columns.drop("period")]]
    if found["estimate"].isna().all():
        st.info(say("path_none", grain=say(grain)))
        return
    title = say("path_title", grain=say(grain))
    figure = _charts_compare.paths(found, names, _data.fewest_people(), grain, title)
    _show.chart(figure, found, "paths", say("path_alt"))
    edges = _edges.words(found["period"], now.start, now.until, grain)
    if said := f"{_edges.beside_few(found)} {edges}".strip():
        st.caption(said)


main()
