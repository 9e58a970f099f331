"""Who and what moved the index between two spans of days: in a sentence, in figures, and person by person."""

from typing import Any

import pandas as pd
import streamlit as st

from views import _asked, _charts_pulse, _data, _days, _filters, _moved, _open, _rights, _show, _texts, _way_back
from views._days import Days
from views._filters import Shared
from views._words import change, count, interval, plain, signed, somebody

say = _texts.of("pulse")

MOST = 5  # people told of on either side
NAMED = (*dict.fromkeys(_moved.WHO.values()), "other", _moved.SMALL, _moved.OTHER_TOPICS, _moved.OTHERS)


def period(brand: str, span: Days) -> pd.Series:
    """Return the feeling of a span of days and of the one before; of fewer than FEWEST people only the counts."""
    found = _data.ask("period", brand=brand, **span.asked)
    found = _rights.of_enough(found, "now", "low", "high", "post_now", "post_low", "post_high", "change", "se_change")
    both = found["people_before"] >= _rights.FEWEST
    return found.assign(change=found["change"].where(both), se_change=found["se_change"].where(both)).iloc[0]


def people(number: Any) -> str:
    """Return so many people in words."""
    return count(int(number), say("person_one"), say("person_many"))


def mentions(number: Any) -> str:
    """Return so many mentions in words."""
    return count(int(number), say("mention_one"), say("mention_many"))


def changed(state: pd.Series, everything: bool = False) -> str:
    """Return in a sentence how the feeling changed, or what keeps that from being told."""
    unknown = say("nothing_before_it") if everything else "" if state["people_before"] else say("nobody_before_it")
    return change(state["change"], state["se_change"], unknown)


def taken_apart(brand: str, span: Days) -> pd.DataFrame:
    """Return what the change came from; empty where either span has fewer than FEWEST people."""
    found = _data.moved(brand, **span.asked)
    return found if pd.notna(period(brand, span)["change"]) else found.iloc[:0]


def called(name: str) -> str:
    """Return how a row is called: one of ours in our words, what people named as it is."""
    return say(name) if name in NAMED else name


def chance(row: pd.Series) -> dict[str, str]:
    """Return a contribution in words, and whether chance alone would do it."""
    sure = _moved.is_sure(row["contribution"], row["se"])
    return {"much": signed(row["contribution"]), "chance": say("surely" if sure else "by_chance")}


def why(brand: str, span: Days) -> str:
    """Return in a sentence who and which topic moved the index most, or which did though the whole may be chance.

    Empty where that cannot be told.
    """
    state = period(brand, span)
    if pd.isna(state["change"]) or pd.isna(state["se_change"]):
        return ""
    found = taken_apart(brand, span)
    splits = {"of_groups": _moved.groups(found), "of_topics": _moved.topics(found)}
    if not _moved.is_sure(state["change"], state["se_change"]):
        return beneath(splits, state["change"])
    groups, topics = (most(rows, state["change"]) for rows in splits.values())
    if groups is None:
        return ""
    words = say("why_people", who=plain(groups["name"]), **chance(groups))
    if topics is not None:
        words += say("why_topics", topic=plain(called(topics["name"])), **chance(topics))
    return f"{words}."


def beneath(splits: dict[str, pd.DataFrame], change: float) -> str:
    """Return in a sentence which parts moved by more than chance would do in a ``change`` that it would do.

    Each of the ``splits``, by the text that says it, sums to the change by itself.
    """
    told = [words for name, rows in splits.items() if (words := split(name, rows.to_dict("records"), change))]
    return say("parts_moved", splits=say("and").join(told)) if told else say("nothing_to_explain")


def split(name: str, parts: list[dict[Any, Any]], change: float) -> str:
    """Return which parts of one split moved by more than chance would do; empty where none did."""
    sure = [part for part in parts if _moved.is_sure(part["contribution"], part["se"])]
    if not sure:
        return ""
    told = ", ".join(say("part", name=plain(called(part["name"])), much=signed(part["contribution"])) for part in sure)
    moved = sure[0]["contribution"]
    against = say("against") if len(sure) == 1 and moved * (change - moved) < 0 else ""
    return say(name, many=len(parts), parts=told, against=against)


def most(rows: pd.DataFrame, change: float) -> pd.Series | None:
    """Return the row that moved the index most in the direction of the change; None where none did."""
    along = rows[rows["contribution"] * change > 0]
    return None if along.empty else along.loc[along["contribution"].abs().idxmax()]


def in_words(brand: str, span: Days) -> str:
    """Say how people felt in a span of days, how that had changed, and why."""
    state = period(brand, span)
    if pd.isna(state["now"]):
        return ""
    now = {"now": signed(state["now"]), "band": interval(state["low"], state["high"])}
    sizes = {"people": people(state["people"]), "mentions": mentions(state["mentions"])}
    return say("compared_now", **now, **sizes, change=changed(state), why=why(brand, span))


def draw(now: Shared, span: Days, choice: bool) -> None:
    """Draw what moved the index in a span of days, with the way to the people and the messages.

    What the head of the page says of the whole period is not said again; ``choice``: there are other spans to choose.
    """
    brand, whole = now.brand, span == _days.whole(now)
    chosen, before = span.words(now.until)
    compared = say("alone" if whole and now.everything else "compared", days=chosen, before=before)
    st.markdown(compared if whole else f"{compared} {in_words(brand, span)}")
    if _rights.viewer().sees_people and st.button(say("read_messages"), icon=":material/forum:"):
        read_messages(span)
    found = taken_apart(brand, span)
    if found.empty:
        st.info(nothing(now, whole, choice))
        return
    parts(brand, span, found)
    movers(brand, found)
    topics(found)


def nothing(now: Shared, whole: bool, choice: bool) -> str:
    """Return why there is nothing to take apart, and which choice would help, where one would."""
    instead = say("or_another_span", box=say("moved_in")) if choice else ""
    if not (whole and now.everything):
        return say("nothing_to_compare", or_span=instead)
    return f"{say('nothing_before_it')} {instead and say('choose_span', or_span=instead)}".strip()


def read_messages(span: Days, label: str = "") -> None:
    """Go to the mentions that count in a span of days, all of them or what has a label."""
    st.switch_page("views/conversations.py", query_params=_asked.of_counted(span.start, span.until, label))


def parts(brand: str, span: Days, found: pd.DataFrame) -> None:
    """Show whom the change came from: accounting, not cause."""
    groups = _moved.groups(found)
    if groups.empty:
        return
    whole = period(brand, span)  # with the margin that stands in words above: that of `why` is drawn by chance
    figure = _charts_pulse.parts(groups, whole["change"], whole["se_change"], say("parts_title"))
    _show.chart(figure, groups, "moved", say("parts_alt"))
    st.caption(say("parts_caption", loudest=loudest(brand, span)))


def loudest(brand: str, span: Days) -> str:
    """Say what the change would be without the one person who moves it most.

    Empty where single people are not shown: with the level and the change it tells what that person feels.
    """
    if not _rights.viewer().sees_people:
        return ""
    found = _data.ask("loudest", brand=brand, **span.asked)
    first = found[(found["weighting"] == "person") & (found["rank"] == 1)]
    if first.empty or pd.isna(first["change_without"].iloc[0]):
        return ""
    name = plain(names(brand, [first["person_id"].iloc[0]])[0])
    return say("loudest", name=name, change=signed(first["change_without"].iloc[0]))


def topics(found: pd.DataFrame) -> None:
    """Show which topics the change came from."""
    rows = _moved.topics(found)
    if rows.empty:
        st.caption(say("topics_none"))
        return
    rows = rows.assign(name=[called(name) for name in rows["name"]])
    _show.chart(_charts_pulse.topics(rows, say("topics_title")), rows, "topics", say("topics_alt"))
    st.caption(say("topics_caption", fewest=_rights.FEWEST))


def movers(brand: str, found: pd.DataFrame) -> None:
    """Show the people who moved the index most, and all others as one row; a click on a name opens the person."""
    st.subheader(say("movers"))
    if _rights.keeps_people_back(say("movers_hidden")):
        return
    rows = _moved.persons(found, MOST)
    shown = pd.DataFrame(
        {
            say("column_name"): names(brand, rows["key"].tolist()),
            say("column_moved"): rows["contribution"],
            say("column_mentions"): rows["mentions"],
            say("column_before"): rows["mentions_before"],
        }
    )
    event = st.dataframe(
        _show.signed(shown, say("column_moved"), 3),
        key=f"movers-{_filters.fingerprint(*rows['key'])}",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-cell",
        height=(len(shown) + 1) * 35 + 3,
        alt=say("movers_alt"),
    )
    _show.download(shown, "movers")
    st.caption(say("movers_caption"))
    named = enumerate(zip(rows["key"], shown[say("column_name")], strict=True))
    people = {row: person for row, person in named if person[0] != _moved.OTHERS}
    _open.from_table(event, {say("column_name"): people}, _way_back.PULSE)


def names(brand: str, keys: list[str]) -> list[str]:
    """Return how people are called by whoever may know it."""
    known = _data.ask("names", brand=brand, people=keys).set_index("person_id")[["name", "source"]].to_dict("index")
    return [called(key) if key == _moved.OTHERS else name_of(key, **known.get(key, {})) for key in keys]


def name_of(person_id: str, name: str | None = None, source: str | None = None) -> str:
    """Return a person's name, or what stands for it where names are not shown or the published file has none."""
    return name if name and _rights.viewer().sees_names else somebody(person_id, source)
