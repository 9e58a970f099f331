"""Two spans of days that are compared: the chosen one, and the one before it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from views import _words
from views._filters import Shared


@dataclass(frozen=True)
class Days:
    """[before, start) and [start, until), naive UTC."""

    before: datetime
    start: datetime
    until: datetime

    @property
    def asked(self) -> dict[str, datetime]:
        """Return them as parameters of a read."""
        return {"before": self.before, "start": self.start, "until": self.until}

    def words(self, end: datetime) -> tuple[str, str]:
        """Return the chosen span, which ends with the data at ``end`` if it runs still, and the one before it."""
        return _words.days(self.start, min(self.until, end)), _words.days(self.before, self.start)


def whole(now: Shared) -> Days:
    """Return the period in force beside the equal one before it."""
    return Days(now.start - (now.until - now.start), now.start, now.until)


def of_point(moment: Any, grain: str) -> Days:
    """Return the week or month that a moment lies in beside the one before it."""
    day = pd.Timestamp(moment).normalize()
    if grain == "week":
        start = day - timedelta(days=day.weekday())
        steps = (start - timedelta(days=7), start, start + timedelta(days=7))
    else:
        start = day.replace(day=1)
        steps = (start - pd.DateOffset(months=1), start, start + pd.DateOffset(months=1))
    return Days(*(step.to_pydatetime() for step in steps))


def label(moment: Any, grain: str) -> str:
    """Return how the week or month that a moment lies in is called."""
    return _words.period(of_point(moment, grain).start, grain)
