"""Numbers and days in words."""

from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from pipeline.telling import texts
from pipeline.telling.enough import NO_ERROR

say = texts.of("words")

CALLED = {"week": "of_week", "month": "of_month", "quarter": "of_quarter"}


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
    if high - low > NO_ERROR:
        return f"{signed(low)} … {signed(high)}"
    return say("beyond") if abs(low) == 1 else say("all_alike")


def change(value: Any, se: Any, unknown: str = "") -> str:
    """Return a sentence on a change and whether chance alone would do it (90 %).

    ``unknown`` says why there is none; without it there were too few people.
    """
    if pd.isna(value) or pd.isna(se):
        return unknown or say("change_unknown")
    if se <= NO_ERROR:
        return say("change_alike", change=signed(value))
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


def day(moment: Any) -> str:
    """Return a date, or a dash."""
    return "–" if pd.isna(moment) else f"{moment:%d %b %Y}"


def begun(text: str) -> str:
    """Return text as it stands at the beginning of a line: the case of all but its first letter is its own."""
    return text[:1].upper() + text[1:]


def period(start: Any, grain: str) -> str:
    """Return how the week, month or quarter that begins on a day is called."""
    return say(CALLED[grain], start=pd.Timestamp(start))


def days(start: datetime, until: datetime) -> str:
    """Return a period whose end is exclusive as its first and last day, or as its only one."""
    first, last = day(start), day(until - timedelta(days=1))
    return first if first == last else say("days_span", first=first, last=last)
