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
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PAUSE = 0.05  # seconds between two tries
MAY_NOT = (errno.EACCES, errno.EPERM, errno.EROFS)


@dataclass
class Turn:
    """The turn that this process has: the handle that holds the lock, and by how many it is used."""

    handle: int | None
    users: int = 0


TURNS: dict[Path, Turn] = {}  # of this process
GUARD = threading.Lock()  # over TURNS; held for moments


@contextmanager
def turn(path: Path, seconds: float) -> Iterator[None]:
    """Hold the turn of a file, waiting so long for another process; a killed one frees it.

    Its lock is a file beside it that stays. Raises TimeoutError where another process still has it, and OSError where
    it cannot be locked.
    """
    place, end = path.resolve(), time.monotonic() + seconds  # whatever link leads to it
    while not take(place):
        if time.monotonic() > end:
            raise TimeoutError(errno.ETIMEDOUT, "another process has had it open for too long")
        time.sleep(PAUSE)
    try:
        yield
    finally:
        give_back(place)


def take(place: Path) -> bool:
    """Take part in the turn that this process has, or begin one; say whether that could be done."""
    with GUARD:
        if place not in TURNS:
            handle = opened(place)
            if handle is not None and not is_ours(handle):
                return False
            TURNS[place] = Turn(handle)
        TURNS[place].users += 1
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


def opened(place: Path) -> int | None:
    """Return a handle on the lock of a file; None where there can be none for us, who may not write the file either."""
    path = place.with_name(f"{place.name}.lock")
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
    """Lock the file of a handle; where another process has it locked, close it and say no."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return False
    except OSError:
        os.close(handle)
        raise
    return True
