"""Numbers and network text in words that are safe to show."""

import re
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&])")

JOINED = re.compile(r"([:.@/])(?=\S)")

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


def signed(value: Any) -> str:
    """Return a feeling on -1..1 with its sign, or a dash."""
    return "–" if pd.isna(value) else f"{value:+.2f}".replace("-", "−")


def interval(low: Any, high: Any) -> str:
    """Return a 90 % interval."""
    return "–" if pd.isna(low) or pd.isna(high) else f"{signed(low)} … {signed(high)}"


def leaning(low: Any, high: Any) -> str:
    """Return what an interval allows one to say."""
    if pd.isna(low) or pd.isna(high):
        return EVIDENCE
    return "positive" if low > 0 else "negative" if high < 0 else EVIDENCE


def change(value: Any, se: Any) -> str:
    """Return a sentence on a change and whether chance alone would do it (90 %)."""
    if pd.isna(value) or pd.isna(se):
        return "There are not enough people in the equal period before it to compare with."
    if abs(value) <= 1.645 * se:
        return f"The change of {signed(value)} (± {1.645 * se:.2f}) is no more than chance would do."
    return f"It {'rose' if value > 0 else 'fell'} by {abs(value):.2f} (± {1.645 * se:.2f}), more than chance would do."


def count(number: int, one: str, many: str) -> str:
    """Return a number with its noun."""
    return f"{number:,} {one if number == 1 else many}"


def in_days(number: float) -> str:
    """Return a span of whole days in words."""
    return count(round(number), "day", "days")


def every(number: float) -> str:
    """Return how often something comes, once in so many days, in words."""
    return "every day" if number < 1.5 else f"every {in_days(number)}"


def source(name: str) -> str:
    """Return a source as people call it."""
    return SOURCES.get(name, name)


def day(moment: Any) -> str:
    """Return a date, or a dash."""
    return "–" if pd.isna(moment) else f"{moment:%d %b %Y}"


def days(start: datetime, until: datetime) -> str:
    """Return a period whose end is exclusive as its first and last day."""
    return f"{start:%d %b %Y} to {until - timedelta(days=1):%d %b %Y}"
