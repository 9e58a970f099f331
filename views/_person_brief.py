"""What one should know before a call, on one page to be printed."""

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from views import _brands, _data, _person_ends, _person_facts, _person_promises, _person_tags, _texts, _words
from views._person_facts import OWED, short
from views._person_typed import Typed
from views._person_whom import Whom

say = _texts.of("person")

CAREFUL = {"warmest": "careful_warmest", "worst": "careful_worst"}
CUT = 150  # characters
TOPICS, NOTES, PROMISES = 3, 2, 3  # at most, so that all of it fits on one sheet

Section = tuple[str, list[str]]


def draw(whom: Whom, touches: pd.DataFrame, typed: Typed | None) -> None:
    """Show the brief; every line is plain text."""
    st.text(_person_facts.who(whom))
    every = sections(whom, touches, typed)
    half = len(every) // 2
    for column, part in zip(st.columns(2), (every[:half], every[half:]), strict=True):
        with column:
            for heading, lines in part:
                section(heading, lines)


def section(heading: str, lines: list[str]) -> None:
    """Draw one part of the brief."""
    with st.container(gap=None):
        st.markdown(f"**{heading}**")
        st.text("\n".join(lines))


def sections(whom: Whom, touches: pd.DataFrame, typed: Typed | None) -> list[Section]:
    """Return the brief as headings with their lines, without what may not or cannot be read of what was typed."""
    ends = _person_ends.of(touches)
    topics = _data.ask("person_topics", brand=whom.brand, person=whom.person_id)
    read = typed if whom.is_named else None
    every = [
        (say("brief_stands"), stands(whom, touches, typed)),
        (say("brief_last"), [last(whom, touches, "in"), last(whom, touches, "out")]),
        (say("brief_promised"), promised(read) if read else []),
        (say("brief_lists" if _brands.is_other(whom.brand) else "brief_owed"), owed(whom, touches)),
        (say("brief_topics"), about(topics)),
        (say("brief_ends"), [quoted(touch) or say(_person_ends.NONE[end]) for end, touch in ends.items()]),
        (say("brief_notes"), notes(read) if read else []),
        (say("brief_careful"), careful(whom, ends)),
    ]
    return [(heading, lines) for heading, lines in every if lines]


def stands(whom: Whom, touches: pd.DataFrame, typed: Typed | None) -> list[str]:
    """Return stage, feeling and tags in words."""
    standing = " · ".join(_person_facts.standing(whom, touches))
    lines = [feeling(whom.row, whom.called["us"]), f"{standing[0].upper()}{standing[1:]}"]
    tags = _person_tags.now(whom, typed.members if typed else [])
    return [*lines, say("brief_tags", tags=", ".join(tags))] if tags else lines


def feeling(row: dict[str, Any], us: str) -> str:
    """Return what they feel toward ``us`` in words, with the interval and how much was heard."""
    if pd.isna(row["feeling"]):
        return say("feeling_none", mentions=_words.mentions(row["mentions"]))
    band = {"band": _words.interval(row["low"], row["high"]), "mentions": _words.mentions(row["mentions"])}
    leaning = _words.leaning(row["low"], row["high"])
    words = "feeling_unsure" if leaning == _words.EVIDENCE else "feeling_words"
    return say(words, us=us, leaning=leaning, feeling=_words.signed(row["feeling"]), **band)


def last(whom: Whom, touches: pd.DataFrame, direction: str) -> str:
    """Return the latest touch of one side."""
    found = touches[touches["direction"] == direction]
    if found.empty:
        return say("never_in" if direction == "in" else "never_out", us=whom.called["us"])
    touch = found.iloc[0].to_dict()
    told = {
        "day": _words.day(touch["happened_at"]),
        "kind": touch["kind"],
        "text": short(touch["text"] or "–", CUT),
    }
    return say("last_in" if direction == "in" else "last_out", We=whom.called["We"], **told)


def promised(typed: Typed) -> list[str]:
    """Return what we promised and have not kept yet."""
    found = _person_promises.unkept(typed.promises)
    lines = [short(_person_promises.line(each, date.today()), _person_promises.CUT) for each in found[:PROMISES]]
    more = [_person_promises.more(len(found) - PROMISES)] if len(found) > PROMISES else []
    return [*lines, *more] or [say("promises_none_open")]


def owed(whom: Whom, touches: pd.DataFrame) -> list[str]:
    """Return the work lists that they are on, with the words that wait for an answer."""
    lines = []
    for row in _person_facts.listed(whom):
        told = _person_facts.on_list(row)
        asked = touches[(touches["conversation"] == row["thread"]) & (touches["direction"] == "in")]
        with_words = row["list"] == OWED and not asked.empty
        lines.append(f"{told}: {short(asked['text'].iloc[0], CUT)}" if with_words else told)
    return lines or [say("owed_none")]


def about(topics: pd.DataFrame) -> list[str]:
    """Return what they talk about most, and how often each way."""
    named = topics[topics["topic"] != "other"].head(TOPICS)
    lines = [say("topic", **{str(name): value for name, value in row.items()}) for row in named.to_dict("records")]
    return lines or [say("topics_none")]


def notes(typed: Typed) -> list[str]:
    """Return the newest notes."""
    found = typed.notes[:NOTES]
    return [f"{_words.day(each['written_at'])}, {each['author']}: {short(each['text'], CUT)}" for each in found] or [
        say("notes_none")
    ]


def careful(whom: Whom, ends: dict[str, dict[str, Any] | None]) -> list[str]:
    """Return what the numbers do not show, so that nobody says it."""
    row, lines = whom.row, []
    if _words.leaning(row["low"], row["high"]) == _words.EVIDENCE:
        lines.append(say("careful_feeling", us=whom.called["us"]))
    if row["verdict"] == _words.EVIDENCE:
        lines.append(say("careful_change"))
    for end, touch in ends.items():
        if touch and touch["doubtful"] and not touch["label_of_people"]:
            lines.append(say(CAREFUL[end]))
    if pd.isna(row["our_asked"]) or row["our_asked"] == 0:
        lines.append(say("careful_answers", we=whom.called["we"], days=_data.window_days()))
    return lines or [say("careful_none")]


def quoted(touch: dict[str, Any] | None) -> str | None:
    """Return a message with its score, day and place."""
    if touch is None:
        return None
    told = {"said": _words.signed(touch["said"]), "day": _words.day(touch["happened_at"])}
    return say("quoted", text=short(touch["text"], CUT), source=_words.source(touch["source"]), **told)
