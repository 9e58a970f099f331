"""A refresh repeated on a clock, one at a time, until it is told to stop."""

import re
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event

from apscheduler.schedulers.background import BackgroundScheduler

MOST_DAYS = 365
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def to_seconds(text: str) -> int:
    """Return the seconds of ``30s``, ``15m``, ``2h`` or ``1d``. Raises ValueError saying what is allowed."""
    match = re.fullmatch(r"([1-9]\d*)([smhd])", text.strip())
    if not match:
        raise ValueError(f"--every {text!r}: give a number and s, m, h or d, such as 15m")
    seconds = int(match[1]) * UNITS[match[2]]
    if seconds > MOST_DAYS * UNITS["d"]:
        raise ValueError(f"--every {text!r}: at most {MOST_DAYS}d")
    return seconds


def repeat(job: Callable[[], None], seconds: int) -> None:
    """Run the job at once and then every so many seconds; SIGTERM and Ctrl-C let a running job finish, then return.

    A run that is missed or late is made up once, not several times (coalesced); two never overlap.
    """
    stopped = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(
        job,
        "interval",
        seconds=seconds,
        next_run_time=datetime.now(UTC),
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
    )
    scheduler.start()
    stopped.wait()
    scheduler.shutdown(wait=True)
