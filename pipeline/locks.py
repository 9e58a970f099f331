"""Who may change a workspace now: one process at a time."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from pipeline.store import StoreError, Workspace, advice, now, write_note

TELL_SECONDS = 600.0  # an address may take half a minute, and there may be many


@contextmanager
def working(workspace: Workspace, what: str, wait: float = 0.0) -> Iterator[None]:
    """Hold the workspace's lock, so that two pipelines never change it at once; a killed holder frees it.

    Raises StoreError saying who holds it, after ``wait`` seconds.
    """
    holder = workspace.folder / "orchard.holder.json"
    try:
        with held(workspace.lock, wait):
            note = {"pid": os.getpid(), "command": what, "since": now().isoformat(" ", "seconds")}
            try:
                write_note(holder, json.dumps(note))
                yield
            finally:
                holder.unlink(missing_ok=True)
    except filelock.Timeout as error:
        raise StoreError(f"{workspace.folder} is in use by {who_holds(holder)}; try again when it is done") from error


@contextmanager
def following(workspace: Workspace, source: str) -> Iterator[None]:
    """Be the only one that follows a source: two would move one cursor. Raises StoreError where another one does."""
    try:
        with held(workspace.folder / f"follow-{source}.lock"):
            yield
    except filelock.Timeout as error:
        raise StoreError(f"{source} of {workspace.folder} is followed by another process already") from error


@contextmanager
def telling(workspace: Workspace, wait: float = TELL_SECONDS) -> Iterator[None]:
    """Be the only one that tells of things outside, from looking what was told to recording it: two would tell twice.

    Beside the workspace's lock, since whoever takes a message may take half a minute to do so. Raises StoreError where
    another process still tells after ``wait`` seconds.
    """
    try:
        with held(workspace.folder / "telling.lock", wait):
            yield
    except filelock.Timeout as error:
        raise StoreError(
            f"another process of {workspace.folder} still tells; the next refresh tells the rest"
        ) from error


@contextmanager
def held(lock: Path, wait: float = 0.0) -> Iterator[None]:
    """Hold a lock, in a folder that is made for it.

    Raises filelock.Timeout where another process still has it after ``wait`` seconds, and StoreError where the system
    does not let us write it.
    """
    taken = filelock.FileLock(lock, timeout=wait)
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        taken.acquire()
    except filelock.Timeout:
        raise
    except OSError as error:
        raise StoreError(f"{lock} cannot be written: {error.strerror}; {advice(error)}") from error
    try:
        yield
    finally:
        taken.release()


def who_holds(holder: Path) -> str:
    """Return words for the process that wrote the holder's note."""
    try:
        note = json.loads(holder.read_text())
    except (OSError, ValueError):
        return "another process"
    return f"`{note['command']}` (process {note['pid']}, since {note['since']} UTC)"
