"""The files of a folder as they arrive, each when it has stopped growing."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event

SETTLE_SECONDS = 2.0
EMPTY_SETTLE = 5  # times as long for an empty file: whoever made it may not have begun to write
LOOK_SECONDS = 0.5  # how often it is looked for new files, and whether a file still grows
UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".filepart", ".tmp", ".swp")  # of browsers and editors

Stamp = tuple[int, int]  # size, and time of the last change in nanoseconds
UNKNOWN: Stamp = (-1, -1)  # of what the system does not let us look at


def stop_signal() -> Event:
    """Return what SIGTERM and Ctrl-C set from now on."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def arrivals(folder: Path, stop: Event, settle: float = SETTLE_SECONDS) -> Iterator[Path]:
    """Yield every file that is in a folder or comes into it, once its size has been steady for ``settle`` seconds.

    An empty file is waited for longer, then comes like any other: who takes it says that nothing is in it. A file that
    changes later comes again. Hidden files, downloads that are not finished, and folders are left alone.
    Ends when ``stop`` is set. Raises OSError where the folder cannot be read.
    """
    steady_since: dict[Path, tuple[Stamp, float]] = {}
    told: dict[Path, Stamp] = {}
    while not stop.wait(LOOK_SECONDS):
        for path, stamp in look(folder):
            before, since = steady_since.get(path, (None, 0.0))
            if before != stamp:
                steady_since[path] = (stamp, time.monotonic())
            elif told.get(path) != stamp and time.monotonic() - since >= settle * (1 if stamp[0] else EMPTY_SETTLE):
                told[path] = stamp
                yield path


def look(folder: Path) -> list[tuple[Path, Stamp]]:
    """Return the files of a folder that may be taken, by name, each with its size and time, or UNKNOWN."""
    found = list[tuple[Path, Stamp]]()
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "~")) or path.suffix.lower() in UNFINISHED:
            continue
        try:
            stat = path.stat()
        except FileNotFoundError:  # gone between the two looks
            continue
        except OSError:  # such as a link to itself: who takes it says so
            found.append((path, UNKNOWN))
            continue
        if path.is_file():
            found.append((path, (stat.st_size, stat.st_mtime_ns)))
    return found
