"""Review: what messages mean, said by people without seeing what the model thinks."""

from dataclasses import dataclass
from datetime import datetime

import pandas as pd
import streamlit as st

from pipeline.journal import LABELS
from views import _address, _agreement, _data, _filters, _labels, _messages, _review_answers, _rights, _texts, _words
from views._filters import Shared

say = _texts.of("review")

PILES = ("sample", "doubtful")
ALL = "all"
HUNDRED = 100  # labels drawn at random, from which on the numbers use them (docs/metrics.md, debias)


def main() -> None:
    """Draw the page."""
    now = _filters.shared()
    st.title(say("title", name=_words.plain(now.name)))
    if _rights.keeps_people_back(say("aggregate")):
        return
    months = _data.ask("months", brand=now.brand)
    if months.empty:
        st.info(say("nothing"))
        return
    _filters.whole_history()
    pile, span = choose(months)
    since = _data.labels_since(now.brand)
    counts = agreed(now.brand, since)
    if pile == "sample":
        progress(counts, span)
    if pile == "sample" and is_part():
        st.warning(say("part_only"))
    else:
        one(now, pile, span, since)
    _agreement.show(now.brand, counts)


@dataclass(frozen=True)
class Span:
    """The month that is labelled, or all of them: what it is called, and [start, until), naive UTC."""

    name: str
    start: datetime
    until: datetime
    is_all: bool = False


def to_span(chosen: str) -> Span:
    """Return the span that a choice like 2026-11 stands for."""
    if chosen == ALL:
        return Span(say("all_months"), datetime(1900, 1, 1), datetime(2900, 1, 1), is_all=True)
    month = pd.Timestamp(f"{chosen}-01")
    return Span(_words.period(month, "month"), month.to_pydatetime(), (month + pd.DateOffset(months=1)).to_pydatetime())


def choose(months: pd.DataFrame) -> tuple[str, Span]:
    """Let one choose what to label: a random sample of a month, or what the model is in doubt of."""
    options = [ALL, *(f"{month:%Y-%m}" for month in months["month"])]
    _address.take("month", {option: called(option) for option in options})  # as addresses had it before
    _address.say_left_out("month", say("month"), map(called, options))
    first, second = st.columns([2, 1], vertical_alignment="bottom")
    _address.say_left_out("pile", say("pile"), map(named, PILES))
    pile = first.segmented_control(
        say("pile"), PILES, default="sample", required=True, format_func=named, key="pile", bind="query-params"
    )
    span = to_span(second.selectbox(say("month"), options, format_func=called, key="month", bind="query-params"))
    counts = within(months, span)[["mentions", "doubtful"]].sum()
    name = "why_sample" if pile == "sample" else "why_doubtful"
    st.caption(say(name, mentions=int(counts["mentions"]), doubtful=int(counts["doubtful"]), span=span.name))
    return pile, span


def called(option: str) -> str:
    """Return a choice of the month in words."""
    return to_span(option).name


def is_part() -> bool:
    """Say whether the numbers are of a group or of a past day: what is drawn from these is no sample of all."""
    meta = _data.ask("meta").iloc[0]
    return bool(meta["past"] or meta["only_group"])


def within(rows: pd.DataFrame, span: Span) -> pd.DataFrame:
    """Return the rows whose month is in a span."""
    return rows[(rows["month"] >= span.start) & (rows["month"] < span.until)]


def named(pile: str) -> str:
    """Return what a pile is called."""
    return say("sample") if pile == "sample" else say("doubtful")


def agreed(brand: str, since: _labels.Since) -> pd.DataFrame:
    """Return how labels of people and of the model go together, those since the last refresh among them."""
    rows = list(since.values())
    return _data.ask(
        "agreement",
        brand=brand,
        since_ids=list(since),
        since_labels=[row["label"] for row in rows],
        since_drawn=[bool(row["drawn"]) for row in rows],
    )


def progress(counts: pd.DataFrame, span: Span) -> None:
    """Show how far it is to the next hundred labels, what each label has of them, and how many are of a month."""
    done = int(counts["mentions"].sum())
    here = int(within(counts, span)["mentions"].sum())
    left = HUNDRED - done % HUNDRED
    of_each = counts.groupby("people")["mentions"].sum()
    each = ", ".join(f"{int(of_each.get(label, 0))} {label}" for label in LABELS)
    of_month = "" if span.is_all else say("of_month", here=here, span=span.name)
    words = say("progress", done=done, each=each, of_month=of_month, left=left, goal=done + left)
    st.progress(done % HUNDRED / HUNDRED, text=words)


def one(now: Shared, pile: str, span: Span, since: _labels.Since) -> None:
    """Show the next message, with a button and a key for each answer."""
    skipped = st.session_state.setdefault(f"skipped-{now.brand}-{pile}", [])
    found = following(now.brand, pile, span, [*said(pile, since), *skipped])
    if found.empty:
        st.success(say("done", span=span.name), icon=":material/task_alt:")
        what_next(span, skipped)
        _review_answers.draw(now.brand, None, pile, skipped)
        return
    touch = next(iter(_messages.rows(found)))
    _messages.message(touch, now.name, opinion=False)
    _review_answers.draw(now.brand, touch["touch_id"], pile, skipped)
    if st.toggle(say("thread"), key=f"thread-{touch['touch_id']}"):
        _messages.thread(_data.ask("thread", brand=now.brand, touch=touch["touch_id"]), now.name, opinion=False)


def what_next(span: Span, skipped: list[str]) -> None:
    """Offer what is left where a span is done: what was skipped, and the other months."""
    with st.container(horizontal=True):
        if skipped:
            words = say("skipped_one") if len(skipped) == 1 else say("skipped_again", many=len(skipped))
            st.button(words, on_click=skipped.clear)
        if not span.is_all:
            st.button(say("go_on"), on_click=st.session_state.update, args=({"month": ALL},))


def said(pile: str, since: _labels.Since) -> list[str]:
    """Return what was labelled since the last refresh; for the sample only what chance drew, else it would be bent."""
    return [key for key, row in since.items() if row["label"] and (row["drawn"] or pile == "doubtful")]


def following(brand: str, pile: str, span: Span, passed: list[str]) -> pd.DataFrame:
    """Return the next message to be labelled, none where all are."""
    asked = {"brand": brand, "pile": pile, "seed": f"{brand} {span.start:%Y-%m}", "passed": passed, "many": 1}
    return _data.ask("to_review", start=span.start, until=span.until, **asked)


main()
