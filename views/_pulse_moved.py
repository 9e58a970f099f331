"""Who and what moved the index between two spans of days: in a sentence, in figures, and person by person."""

from functools import partial

import pandas as pd
import streamlit as st

from pipeline.telling import moved, sentences
from pipeline.telling.enough import of_both
from views import _asked, _charts_pulse, _data, _days, _filters, _open, _rights, _show, _texts, _way_back
from views._days import Days
from views._filters import VOICE, Shared
from views._words import interval, plain, signed, somebody

say = _texts.of("pulse")

MOST = 5  # people told of on either side

changed = partial(sentences.changed, VOICE)


def period(brand: str, span: Days) -> pd.Series:
    """Return the feeling of a span of days and of the one before; of fewer than FEWEST people only the counts."""
    return of_both(_data.ask("period", brand=brand, **span.asked)).iloc[0]


def taken_apart(brand: str, span: Days) -> pd.DataFrame:
    """Return what the change came from; empty where either span has fewer than FEWEST people."""
    found = _data.moved(brand, **span.asked)
    return found if pd.notna(period(brand, span)["change"]) else found.iloc[:0]


def why(brand: str, span: Days) -> str:
    """Return in a sentence what moved the index, as `sentences.why` does."""
    return sentences.why(VOICE, period(brand, span), taken_apart(brand, span))


def in_words(brand: str, span: Days) -> str:
    """Say how people felt in a span of days, how that had changed, and why."""
    state = period(brand, span)
    if pd.isna(state["now"]):
        return ""
    now = {"now": signed(state["now"]), "band": interval(state["low"], state["high"])}
    return VOICE.say("compared_now", **now, **VOICE.sizes(state), change=changed(state), why=why(brand, span))


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
    topics(span, found)


def nothing(now: Shared, whole: bool, choice: bool) -> str:
    """Return why there is nothing to take apart, and which choice would help, where one would."""
    instead = say("or_another_span", box=say("moved_in")) if choice else ""
    if not (whole and now.everything):
        return say("nothing_to_compare", or_span=instead)
    return f"{VOICE.say('nothing_before_it')} {instead and say('choose_span', or_span=instead)}".strip()


def read_messages(span: Days, label: str = "", topic: str = "") -> None:
    """Go to the mentions that count in a span of days, all of them or those of a label or a topic."""
    _way_back.leave(_way_back.PULSE, "conversations", _asked.of_counted(span.start, span.until, label, topic))


def parts(brand: str, span: Days, found: pd.DataFrame) -> None:
    """Show whom the change came from: accounting, not cause."""
    groups = moved.groups(found)
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


def topics(span: Days, found: pd.DataFrame) -> None:
    """Show which topics the change came from; a click on one leads to what was said of it in these days."""
    rows = moved.topics(found)
    if rows.empty:
        st.caption(say("topics_none"))
        return
    real = real_topics(rows) if _rights.viewer().sees_people else set()  # else there is no message to read
    rows = rows.assign(name=[VOICE.called(name) for name in rows["name"]])
    figure = _charts_pulse.topics(rows, say("topics_title"))
    event = _show.chart(figure, rows, "topics", say("topics_alt"), select=bool(real))
    st.caption(f"{say('topics_caption', fewest=_rights.FEWEST)} {say('topics_click') if real else ''}".strip())
    points = event["selection"]["points"] if real and event else []
    chosen = points[0]["customdata"][0] if points else None
    if chosen in real:
        read_messages(span, topic=chosen)


def real_topics(rows: pd.DataFrame) -> set[str]:
    """Return those rows of `moved.topics` that are one topic, and not what is of none or several small ones."""
    return {name for name in rows["name"] if name not in sentences.NAMED}


def movers(brand: str, found: pd.DataFrame) -> None:
    """Show the people who moved the index most, and all others as one row; a click on a name opens the person."""
    st.subheader(say("movers"))
    if _rights.keeps_people_back(say("movers_hidden")):
        return
    rows = moved.persons(found, MOST)
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
    people = {row: person for row, person in named if person[0] != moved.OTHERS}
    _open.from_table(event, {say("column_name"): people}, _way_back.PULSE)


def names(brand: str, keys: list[str]) -> list[str]:
    """Return how people are called by whoever may know it."""
    known = _data.ask("names", brand=brand, people=keys).set_index("person_id")[["name", "source"]].to_dict("index")
    return [VOICE.called(key) if key == moved.OTHERS else name_of(key, **known.get(key, {})) for key in keys]


def name_of(person_id: str, name: str | None = None, source: str | None = None) -> str:
    """Return a person's name, or what stands for it where names are not shown or the published file has none."""
    return name if name and _rights.viewer().sees_names else somebody(person_id, source)
