"""Numbers and network text in words that are safe to show."""

import re
from typing import Any

import pandas as pd

from pipeline.telling import sentences, texts
from pipeline.telling.words import begun as begun
from pipeline.telling.words import change as change
from pipeline.telling.words import count as count
from pipeline.telling.words import day as day
from pipeline.telling.words import days as days
from pipeline.telling.words import in_days as in_days
from pipeline.telling.words import interval as interval
from pipeline.telling.words import percent as percent
from pipeline.telling.words import period as period
from pipeline.telling.words import signed as signed
from pipeline.telling.words import whole as whole
from views import _texts

say = _texts.of("shared")

MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&])")

JOINED = re.compile(r"([:.@/])(?=\S)")

LONGEST_IN_HOURS = 72  # a longer span is told in days
EVIDENCE = "not enough evidence yet"
SOURCES = {
    "x": "X",
    "bluesky": "Bluesky",
    "mastodon": "Mastodon",
    "reddit": "Reddit",
    "hackernews": "Hacker News",
    "reviews": "Reviews",
    "email": "E-mail",
    "hand": "In person",
    "file": "File",
}


def plain(text: str) -> str:
    """Return text from the network so that Markdown shows it as it is.

    Links, icons and emoji codes are found after the escapes are gone, so an invisible word joiner breaks them up.
    """
    return JOINED.sub("\\1\u2060", MARKDOWN.sub(r"\\\1", re.sub(r"\s+", " ", text)))


VOICE = sentences.Voice(texts.of("told"), plain)
people, mentions = VOICE.people, VOICE.mentions


def leaning(low: Any, high: Any) -> str:
    """Return what an interval allows one to say."""
    if pd.isna(low) or pd.isna(high):
        return EVIDENCE
    if high - low <= 1e-9 and abs(low) < 1:
        return EVIDENCE
    return "positive" if low > 0 else "negative" if high < 0 else EVIDENCE


def in_hours(number: float) -> str:
    """Return a span of hours in words, a long one in days."""
    return say("hours", hours=number) if number <= LONGEST_IN_HOURS else in_days(number / 24)


def every(number: float) -> str:
    """Return how often something comes, once in so many days, in words."""
    return say("every_day") if number < 1.5 else say("every_days", days=in_days(number))


def source(name: str) -> str:
    """Return a source as people call it."""
    return SOURCES.get(name, name)


def somebody(person_id: str, where: str | None) -> str:
    """Return what stands for a person where names are not shown; ``where``: their source, if it is known."""
    mark = person_id[:4]
    return say("somebody_on", source=source(where), mark=mark) if where else say("somebody", mark=mark)
