"""The filters that every page shares: brand and period, kept in the address bar."""

from collections.abc import Callable, Sized
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar
from zlib import crc32

import pandas as pd
import streamlit as st

from pipeline.store import StoreError
from pipeline.telling import fresh
from views import _address, _data, _dates, _rights, _show, _texts, _way_back
from views._words import VOICE as VOICE
from views._words import day, in_days, plain

say = _texts.of("shared")

PERIODS = {  # the text of each, and its days
    "4 weeks": ("period_4_weeks", 28),
    "3 months": ("period_3_months", 91),
    "6 months": ("period_6_months", 182),
    "12 months": ("period_12_months", 364),
    "everything": ("period_everything", None),
    _dates.CHOSEN: ("period_chosen_days", None),  # everything until they are chosen
}
AT_FIRST = "6 months"
LONGEST = 100_000  # days: longer than any data
Rows = TypeVar("Rows", bound=Sized)
TYPED_LATER = timedelta(days=8)  # from where on nothing was collected any more, though people still typed


@dataclass(frozen=True)
class Shared:
    """The brand and period in force; times are naive UTC, ``until`` is exclusive.

    ``everything``: all touches lie in it. ``has_before``: the equal period before was collected, too, but for a
    twentieth of it at most.
    """

    brand: str
    name: str
    start: datetime
    until: datetime
    everything: bool
    has_before: bool
    grain: str


def brands() -> pd.DataFrame:
    """Return the brands that have touches, the own one first."""
    return _data.ask("brands")


def sidebar() -> bool:
    """Draw the shared filters; return False, having said what to do, where there is nothing to show yet."""
    try:
        found = brands()
    except StoreError as error:
        nothing_yet(str(error))
        return False
    if found.empty:
        nothing_yet(say("no_touches"))
        return False
    if _data.is_stale():
        st.warning(say("stale"), icon=":material/warning:")
    known = choices_in_words(found)
    _address.take("brand", known["brand"])
    missed = _address.not_here(known)
    with st.sidebar:
        no_days = choices(known, found)
        warn_of_typed(found)
        _rights.ask_author()
        _show.image_format()
        st.caption(freshness(found))
        if not found["own"].any():
            st.caption(say("no_own"))
    _address.say_not_here(missed, known)
    if no_days:
        _dates.say_in_vain(no_days)
    return True


def choices_in_words(found: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Return what can be chosen of both, as it stands in the address: field -> choice -> words; ``found``: brands()."""
    return {
        "brand": dict(zip(found["brand"], found["name"], strict=True)),
        "period": {period: say(PERIODS[period][0]) for period in periods()},
    }


def periods() -> list[str]:
    """Return the periods that may be chosen.

    Where single people may not be shown, or the published file was made to show none, days of one's own are not: what
    one of them feels is the difference of two spans of which one holds that person. Nor are fixed ones `told_apart`.
    """
    if _rights.single_people():
        return list(PERIODS)
    days = {period: length or LONGEST for period, (_, length) in PERIODS.items() if period != _dates.CHOSEN}
    offered = told_apart(list(days.values()), _data.ask("older_parts", days=list(days.values())))
    return [period for period, length in days.items() if length in offered]


def told_apart(lengths: list[int], parts: pd.DataFrame) -> list[int]:
    """Return those lengths, the shortest first, of which no two tell by subtraction what fewer than FEWEST people feel.

    ``parts`` is the read `older_parts`: people heard in the part of a period that a shorter one leaves out.
    """
    few = parts[parts["people"].between(1, _rights.FEWEST - 1)]
    tells = {*zip(few["beyond"], few["days"], strict=True)}
    offered = lengths[:1]
    for length in lengths[1:]:
        if (offered[-1], length) not in tells:
            offered.append(length)
    return offered


def at_first(offered: list[str]) -> int:
    """Return the place of the period that an address means that names none: of those offered the longest up to it."""
    wanted = list(PERIODS)[: list(PERIODS).index(AT_FIRST) + 1]
    return sum(period in wanted for period in offered) - 1


def choices(known: dict[str, dict[str, str]], found: pd.DataFrame) -> str:
    """Let one choose brand and period; ``known`` has the words for every choice of both, ``found`` the brands.

    Returns the days that the address asks for in vain.
    """
    st.selectbox(
        say("brand"),
        list(known["brand"]),
        format_func=known["brand"].__getitem__,
        key="brand",
        bind="query-params",
        persist_state="session",
        filter_mode="contains",
        on_change=_way_back.forget,
    )
    st.selectbox(
        say("period"),
        list(known["period"]),
        index=at_first(list(known["period"])),
        format_func=known["period"].__getitem__,
        key="period",
        bind="query-params",
        persist_state="session",
        on_change=changed,
        args=tuple(day.date() for day in of_brand(found)[["first_touch", "last_touch"]]),
    )
    if st.session_state["period"] != _dates.CHOSEN:
        return ""
    return _dates.field(found["first_touch"].min().date(), found["last_touch"].max().date())


def changed(first: date, last: date) -> None:
    """Take in that somebody chose another period; the brand has touches from a first day to a last one."""
    _way_back.forget()
    _dates.begin(first, last)


def of_brand(found: pd.DataFrame) -> pd.Series:
    """Return the row of the chosen brand."""
    return found[found["brand"] == st.session_state["brand"]].iloc[0]


def warn_of_typed(found: pd.DataFrame) -> None:
    """Say where what people typed is newer by days than all that was collected, from which periods count back."""
    row = of_brand(found)
    gap = row["last_touch"] - row["last_collected"]
    if gap >= TYPED_LATER:
        words = say("typed_later", days=in_days(gap.days), day=day(row["last_collected"]))
        st.warning(words, icon=":material/edit_calendar:")


def freshness(found: pd.DataFrame) -> str:
    """Return how old the numbers are and which model stands behind them."""
    meta = _data.ask("meta").iloc[0]
    row = of_brand(found)
    sizes = {"name": plain(row["name"]), "touches": row["touches"]}
    touches = say("touches", first=day(row["first_touch"]), last=day(row["last_touch"]), **sizes)
    gap = found["last_touch"].max() - row["last_touch"]
    ended = [say("ends_earlier", days=in_days(gap.days))] if gap >= fresh.ENDS_EARLIER else []
    group, past = fresh.of_group(VOICE, meta), fresh.of_past(VOICE, meta)
    return " ".join([touches, *fresh.of_numbers(VOICE, meta), *group, *ended, *past])


def nothing_yet(reason: str) -> None:
    """Say how to get the first numbers."""
    st.title(say("nothing_title"))
    st.text(say("nothing_reason", folder=_data.workspace().folder, reason=reason))
    if _data.workspace().mentions.exists():
        st.markdown(say("nothing_refreshed"))
        st.code("python -m pipeline refresh", language=None)
        return
    st.markdown(say("nothing_next"))
    st.code("make run\npython -m pipeline import FILE --brand NAME\npython -m pipeline refresh", language=None)


def shared() -> Shared:
    """Return the filters in force."""
    row = of_brand(brands())
    first = row["first_touch"].normalize().to_pydatetime()
    end = (row["last_touch"] + timedelta(days=1)).normalize().to_pydatetime()
    start, until = span(first, end)
    everything, length = start <= first and until >= end, until - start
    facts = {"start": start, "until": until, "everything": everything, "has_before": start - length * 0.95 >= first}
    return Shared(row["brand"], row["name"], grain=grain(row, max(start, first), until), **facts)


def span(first: datetime, end: datetime) -> tuple[datetime, datetime]:
    """Return the period in force of a brand whose touches lie in [first, end).

    It is days of one's own, or counted back from the brand's last touch: old data has one, too.
    """
    chosen = st.session_state["period"]
    own, days = _dates.span() if chosen == _dates.CHOSEN else None, PERIODS[chosen][1]
    return own or (first if days is None else end - timedelta(days=days), end)


def grain(row: pd.Series, start: datetime, until: datetime) -> str:
    """Return week, or month where a week holds too few touches for a point of twenty people."""
    per_week = row["touches"] / max(1.0, (row["last_touch"] - row["first_touch"]).days / 7)
    return "week" if per_week >= 40 or (until - start).days < 60 else "month"


def whole_history() -> None:
    """Say that the period beside is not asked on a page."""
    st.caption(say("whole_history"))


def page(*filters: object) -> tuple[str, int]:
    """Return (key of the pager, page in force) of a list under these filters; other filters begin at page 1 again."""
    key = f"page-{fingerprint(*filters)}"
    return key, st.session_state.get(key, 1)


def listed(read: Callable[..., Rows], size: int, *filters: object) -> tuple[str, Rows]:
    """Return (key of the pager, rows of the page in force) of a list; ``read`` takes how many rows, and how many not.

    Of a page that is not there any more, as after all that stood on it was labelled, it is the first one again.
    """
    key, number = page(*filters)
    found = read(many=size, skip=(number - 1) * size)
    if number > 1 and not len(found):
        st.session_state[key] = 1
        found = read(many=size, skip=0)
    return key, found


def pager(key: str, total: int, size: int) -> None:
    """Draw the pager below a list that has more than one page."""
    if total > size:
        st.pagination(-(-total // size), key=key)


def fingerprint(*values: object) -> str:
    """Return a short key that changes with the values: what was chosen in one list must not be chosen in another."""
    return f"{crc32(repr(values).encode()):08x}"
