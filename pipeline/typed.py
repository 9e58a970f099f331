"""Checks of what people type, before it is kept."""

import math
import re
from collections.abc import Sequence
from datetime import date, datetime

from pipeline.store import StoreError
from pipeline.touch import sound

MOST = {"text": 2000, "reason": 500, "query": 2000, "email": 254, "account": 300}  # characters
MOST_OTHERS = 80
EARLIEST = date(1990, 1, 1)


class JournalError(StoreError):
    """What was typed cannot be kept; the message says why."""


def text(what: str, given: str, empty: bool = False) -> str:
    """Return a text without spaces around it; raises JournalError where it is empty, if it may not be, or too long."""
    kept = sound(given).strip()
    most = MOST.get(what, MOST_OTHERS)
    if not kept and not empty:
        raise JournalError(f"{what}: it is empty")
    if len(kept) > most:
        raise JournalError(f"{what}: {len(kept):,} characters, at most {most:,} are kept")
    return kept


def email(given: str) -> str:
    """Return an e-mail address in lower case; raises JournalError where it is none."""
    kept = text("email", given).lower()
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", kept):
        raise JournalError(f"email {given}: it has the form name@place")
    return kept


def one_of(what: str, given: str, allowed: Sequence[str]) -> str:
    """Return a choice; raises JournalError naming those that there are."""
    if given not in allowed:
        raise JournalError(f"{what} {given}: allowed are {', '.join(allowed)}")
    return given


def day(what: str, given: date) -> date:
    """Return a day; raises JournalError where it is before 1990, or a century away."""
    found = given.date() if isinstance(given, datetime) else given
    if not EARLIEST <= found <= date.today().replace(year=date.today().year + 100, day=1):
        raise JournalError(f"{what} {found}: give a day from 1990 on, within a century")
    return found


def past(what: str, given: datetime) -> datetime:
    """Return a moment; raises JournalError where its day is before 1990 or has not come yet."""
    if day(what, given) > date.today():
        raise JournalError(f"{what} {given:%Y-%m-%d}: that day has not come")
    return given


def number(what: str, given: float | None) -> float | None:
    """Return a number, if there is one; raises JournalError where it is none that can be counted with."""
    if given is not None and not math.isfinite(given):
        raise JournalError(f"{what} {given}: give a number")
    return given
