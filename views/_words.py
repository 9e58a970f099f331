"""Numbers and network text in words that are safe to show."""

import re
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from views import _texts

say = _texts.of("shared")

MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&])")

JOINED = re.compile(r"([:.@/])(?=\S)")

CALLED = {"week": "of_week", "month": "of_month", "quarter": "of_quarter"}
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


def signed(value: Any, places: int = 2) -> str:
    """Return a feeling on -1..1 with its sign, or a dash."""
    return "–" if pd.isna(value) else f"{value:+.{places}f}".replace("-", "−")


def whole(difference: int) -> str:
    """Return by how many a count differs, with its sign."""
    return f"{difference:+,}".replace("-", "−")


def percent(share: Any) -> str:
    """Return a share of 1 as a number of hundred, written as our intervals are, or a dash."""
    return "–" if pd.isna(share) else f"{100 * share:.0f} %"


def interval(low: Any, high: Any) -> str:
    """Return a 90 % interval; one of no width is no certainty.

    It lies beyond an end of the scale, where it was cut, or all of a few people said the same, as labels may.
    """
    if pd.isna(low) or pd.isna(high):
        return "–"
    if high - low > 1e-9:
        return f"{signed(low)} … {signed(high)}"
    return say("beyond") if abs(low) == 1 else say("all_alike")


def leaning(low: Any, high: Any) -> str:
    """Return what an interval allows one to say."""
    if pd.isna(low) or pd.isna(high):
        return EVIDENCE
    if high - low <= 1e-9 and abs(low) < 1:
        return EVIDENCE
    return "positive" if low > 0 else "negative" if high < 0 else EVIDENCE


def change(value: Any, se: Any, unknown: str = "") -> str:
    """Return a sentence on a change and whether chance alone would do it (90 %).

    ``unknown`` says why there is none; without it there were too few people.
    """
    if pd.isna(value) or pd.isna(se):
        return unknown or say("change_unknown")
    margin = 1.645 * se
    if abs(value) <= margin:
        return say("change_by_chance", change=signed(value), margin=margin)
    return say("change_rose" if value > 0 else "change_fell", size=abs(value), margin=margin)


def count(number: int, one: str, many: str) -> str:
    """Return a number with its noun."""
    return f"{number:,} {one if number == 1 else many}"


def in_days(number: float) -> str:
    """Return a span of whole days in words."""
    return count(round(number), say("day_one"), say("day_many"))


def in_hours(number: float) -> str:
    """Return a span of hours in words, a long one in days."""
    return say("hours", hours=number) if number <= LONGEST_IN_HOURS else in_days(number / 24)


def every(number: float) -> str:
    """Return how often something comes, once in so many days, in words."""
    return say("every_day") if number < 1.5 else say("every_days", days=in_days(number))


def source(name: str) -> str:
    """Return a source as people call it."""
    return SOURCES.get(name, name)


def day(moment: Any) -> str:
    """Return a date, or a dash."""
    return "–" if pd.isna(moment) else f"{moment:%d %b %Y}"


def begun(text: str) -> str:
    """Return text as it stands at the beginning of a line: the case of all but its first letter is its own."""
    return text[:1].upper() + text[1:]


def somebody(person_id: str, where: str | None) -> str:
    """Return what stands for a person where names are not shown; ``where``: their source, if it is known."""
    mark = person_id[:4]
    return say("somebody_on", source=source(where), mark=mark) if where else say("somebody", mark=mark)


def period(start: Any, grain: str) -> str:
    """Return how the week, month or quarter that begins on a day is called."""
    return say(CALLED[grain], start=pd.Timestamp(start))


def days(start: datetime, until: datetime) -> str:
    """Return a period whose end is exclusive as its first and last day, or as its only one."""
    first, last = day(start), day(until - timedelta(days=1))
    return first if first == last else say("days_span", first=first, last=last)
