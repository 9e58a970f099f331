"""Two spans of days that are compared: the chosen one, and the one before it."""

from typing import Any

from pipeline.telling.span import Days as Days
from pipeline.telling.span import of_point as of_point
from views import _words
from views._filters import Shared


def whole(now: Shared) -> Days:
    """Return the period in force beside the equal one before it."""
    return Days(now.start - (now.until - now.start), now.start, now.until)


def label(moment: Any, grain: str) -> str:
    """Return how the week or month that a moment lies in is called."""
    return _words.period(of_point(moment, grain).start, grain)
