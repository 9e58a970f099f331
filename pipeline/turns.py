"""Whose turn it is to have a database file open: one process's at a time, the threads of which share it.

DuckDB's own lock does not see to that. It reads the header of a file, closes it, opens it anew and only then locks it
(2.0.1): what another process committed and closed in between is not in that header, and is lost with the next write.
And a process that closes any other handle on the file, as a copy of it does, loses the lock.
"""

import errno
import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PAUSE = 0.05  # seconds between two tries
NEXT_PAUSE = 0.01  # of whoever is next
MAY_NOT = (errno.EACCES, errno.EPERM, errno.EROFS)


@dataclass
class Turn:
    """The turn that this process has: the handle that holds the lock, and by how many it is used."""

    handle: int | None
    users: int


TURNS: dict[Path, Turn] = {}  # of this process
GUARD = threading.RLock()  # over TURNS; held for moments


@contextmanager
def turn(path: Path, seconds: float) -> Iterator[None]:
    """Hold the turn of a file, waiting so long for another process; a killed one frees it.

    Its locks are files beside it that stay. Raises TimeoutError where another process still has it, and OSError where
    it cannot be locked.
    """
    place, end = path.resolve(), time.monotonic() + seconds  # whatever link leads to it
    if not joined(place):
        with being_next(place, end):
            wait(lambda: begun(place), end, NEXT_PAUSE)
    try:
        yield
    finally:
        give_back(place)


def wait(done: Callable[[], bool], end: float, pause: float) -> None:
    """Try something until it is done. Raises TimeoutError where it is not by the end, of the monotonic clock."""
    while not done():
        if time.monotonic() > end:
            raise TimeoutError(errno.ETIMEDOUT, "another process has had it open for too long")
        time.sleep(pause)


@contextmanager
def being_next(place: Path, end: float) -> Iterator[None]:
    """Be the only one who waits for the turn itself: else who ends a turn begins the next one before others look."""
    handle = opened(place, "next.lock")
    try:
        wait(lambda: handle is None or is_ours(handle), end, PAUSE)
        yield
    finally:
        if handle is not None:
            os.close(handle)


def joined(place: Path) -> bool:
    """Take part in the turn that this process has; say whether it has one."""
    with GUARD:
        if place in TURNS:
            TURNS[place].users += 1
        return place in TURNS


def begun(place: Path) -> bool:
    """Begin a turn, or join that of this process; say whether that could be done."""
    with GUARD:
        if joined(place):
            return True
        handle = opened(place, "lock")
        if handle is not None and not is_ours(handle):
            os.close(handle)
            return False
        TURNS[place] = Turn(handle, users=1)
        return True


def give_back(place: Path) -> None:
    """Leave the turn, and end it if nobody else of this process is in it."""
    with GUARD:
        ours = TURNS[place]
        ours.users -= 1
        if not ours.users:
            del TURNS[place]
            if ours.handle is not None:
                os.close(ours.handle)


def opened(place: Path, ending: str) -> int | None:
    """Return a handle on a lock of a file; None where there can be none for us, who may not write the file either."""
    path = place.with_name(f"{place.name}.{ending}")
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        if error.errno not in MAY_NOT:
            raise
        if os.access(path, os.R_OK, effective_ids=True):
            return os.open(path, os.O_RDONLY)
        if may_write(place) and may_write(place.parent):
            raise
        return None


def may_write(path: Path) -> bool:
    """Say whether the system lets us write a file, or make one in a folder."""
    return os.access(path, os.W_OK, effective_ids=True)


def is_ours(handle: int) -> bool:
    """Lock the file of a handle, unless another handle has it locked; say whether that could be done."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
