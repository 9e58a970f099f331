"""A refresh that is begun from a page: a process of its own on the dashboard's machine, which outlives the page."""

import os
import subprocess
import sys
import threading
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO

from pipeline import ended, store
from pipeline.settings import ROOT
from pipeline.store import Workspace

COMMAND = ("-m", "pipeline", "refresh")
MOST_BYTES = 2000  # of what it says, from the end
ONE = threading.Lock()  # sessions that look or click at the same moment


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

    def is_worker(self, words: str) -> bool:
        """Say whether it is who holds the workspace, in words of `pipeline.locks.who_holds`."""
        return f"(process {self.process.pid}," in words

    def record(self, workspace: Workspace) -> str:
        """Return what the record of runs tells of it; nothing where it did not come so far, or another ran since."""
        last = ended.read(workspace)
        if last is None or last["command"] != "refresh" or datetime.fromisoformat(last["started_at"]) < self.at:
            return ""
        return str(last["detail"])


def begin(workspace: Workspace, known: MutableMapping[str, Begun], command: Sequence[str] = COMMAND) -> Begun:
    """Begin a refresh of a workspace, unless one that was begun here is still at work; return that which is.

    What it says goes to a file that is nobody's: a pipe would end it with the dashboard.
    """
    there = known.get(str(workspace.folder))
    if there and there.is_running:
        return there
    errors = TemporaryFile()  # noqa: SIM115 - it is closed when the process has ended
    env = os.environ | {"ORCHARD_DATA": str(workspace.folder), "NO_COLOR": "1"}
    at = store.now()
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=errors,
        start_new_session=True,
    )
    known[str(workspace.folder)] = begun = Begun(process, errors, at)
    return begun
