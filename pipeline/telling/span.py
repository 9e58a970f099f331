"""Two spans of days that are compared: one, and the one before it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from pipeline.telling import words


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
        return words.days(self.start, min(self.until, end)), words.days(self.before, self.start)


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


def last_whole(end: Any, grain: str) -> Days:
    """Return the last week or month that is over at a moment beside the one before it."""
    return of_point(of_point(end, grain).before, grain)
