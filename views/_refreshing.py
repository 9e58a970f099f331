"""A refresh that is begun from a page: a process of its own on the dashboard's machine, which outlives the page."""

import os
import subprocess
import sys
import threading
from collections.abc import MutableMapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO

from pipeline import ended, store
from pipeline.settings import ROOT
from pipeline.store import Workspace

COMMAND = ("-m", "pipeline", "refresh")
MOST_BYTES = 2000  # of what it says, from the end
ONE = threading.RLock()  # sessions that look or click at the same moment


@dataclass
class Begun:
    """A refresh that was begun, and when (naive UTC); ``said``: the end of what it said to the terminal, once over."""

    process: subprocess.Popen[bytes]
    errors: IO[bytes]
    at: datetime
    said: str = ""

    @property
    def is_running(self) -> bool:
        """Say whether it is still at work."""
        with ONE:
            if self.process.poll() is None:
                return True
            if not self.errors.closed:
                with self.errors:
                    self.errors.seek(max(0, self.errors.seek(0, os.SEEK_END) - MOST_BYTES))
                    self.said = self.errors.read().decode(errors="replace").strip()
        return False

    @property
    def went_well(self) -> bool:
        """Say whether it ended as done."""
        return self.process.returncode == 0

    @property
    def signal(self) -> int:
        """Return the number of the signal that ended it, such as 9 where memory ran out; 0 where none did."""
        return max(0, -(self.process.returncode or 0))

    def is_worker(self, words: str) -> bool:
        """Say whether it is who holds the workspace, in words of `pipeline.locks.who_holds`."""
        return f"(process {self.process.pid}," in words

    def record(self, workspace: Workspace) -> str:
        """Return what the record of runs tells of it; nothing where it did not come so far, or another ran since."""
        last = ended.read(workspace)
        if last is None or last["command"] != "refresh" or datetime.fromisoformat(last["started_at"]) < self.at:
            return ""
        if (last["outcome"] == "done") != self.went_well:  # of a schedule's, which went on while this one gave up
            return ""
        return str(last["detail"])


def begin(workspace: Workspace, known: MutableMapping[str, Begun], command: Sequence[str] = COMMAND) -> Begun:
    """Begin a refresh of a workspace, unless one that was begun here is still at work; return that which is.

    What it says goes to a file that is nobody's: a pipe would end it with the dashboard. Raises OSError where the
    machine has no room for that file or the process.
    """
    with ONE:
        there = known.get(str(workspace.folder))
        if there and there.is_running:
            return there
        known[str(workspace.folder)] = begun = start(workspace, command)
        return begun


def start(workspace: Workspace, command: Sequence[str]) -> Begun:
    """Start it as a process in a session of its own. Raises OSError."""
    with ExitStack() as undone:
        errors = undone.enter_context(TemporaryFile())
        at = store.now()
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=os.environ | {"ORCHARD_DATA": str(workspace.folder), "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )
        undone.pop_all()  # the file is closed when the process has ended
        return Begun(process, errors, at)
