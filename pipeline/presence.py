"""Who works in a workspace right now, and whether a schedule keeps it fresh: by locks, which end with their process."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from pipeline.locks import held, who_holds
from pipeline.store import StoreError, Workspace, now, write_note

LOCK, NOTE = "schedule.lock", "schedule.json"


@contextmanager
def scheduled(workspace: Workspace, every: str) -> Iterator[None]:
    """Let others know for the length of a block that a schedule runs. Raises StoreError where another one does."""
    try:
        with held(workspace.folder / LOCK, wait=1):
            note = {"every": every, "pid": os.getpid(), "since": now().isoformat(" ", "seconds")}
            write_note(workspace.folder / NOTE, json.dumps(note))
            yield
    except filelock.Timeout as error:
        found = read_schedule(workspace)
        told = f": every {found['every']}, since {found['since']} UTC" if found else ""
        raise StoreError(f"a schedule runs in {workspace.folder} already{told}") from error


def read_schedule(workspace: Workspace) -> dict[str, str] | None:
    """Return how often the schedule that runs now refreshes, and since when it runs: every, since; None where none is.

    A process that was killed is none: its lock ended with it.
    """
    note = workspace.folder / NOTE
    if not note.exists() or not is_held(workspace.folder / LOCK):
        return None
    try:
        found = json.loads(note.read_text())
        return {"every": str(found["every"]), "since": str(found["since"])}
    except (OSError, ValueError, KeyError):  # it is just being written
        return None


def read_worker(workspace: Workspace) -> str | None:
    """Return who changes the facts right now, in words; None where nobody does."""
    return who_holds(workspace.folder / "orchard.holder.json") if is_held(workspace.lock) else None


def is_held(lock: Path) -> bool:
    """Say whether another process has a lock.

    Nothing is written for it, so that it can be asked where a folder may only be read. A lock that we may not read,
    or that nobody ever took, is as one that nobody has.
    """
    try:
        file = os.open(lock, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared: two who ask at once do not take each other for it
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(file)
