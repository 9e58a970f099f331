"""How the last run ended, beside what it published: that was done while it still ran."""

import json
from typing import Any

from pipeline.store import Workspace, write_note

FILE = "last_run.json"


def save(workspace: Workspace, run: dict[str, Any]) -> None:
    """Keep what is known of a run that has ended, in place of the one before. Raises StoreError where it cannot."""
    write_note(workspace.folder / FILE, json.dumps(run, default=str))


def read(workspace: Workspace) -> dict[str, Any] | None:
    """Return the last run that has ended: command, outcome, detail, and its moments as text; None if none is known."""
    try:
        found: dict[str, Any] = json.loads((workspace.folder / FILE).read_text())
    except (OSError, ValueError):
        return None
    return found
