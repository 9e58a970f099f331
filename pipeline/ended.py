"""How the last run ended, beside what it published: that was done while it still ran."""

import json
from typing import Any

from pipeline.store import Workspace

FILE = "last_run.json"


def save(workspace: Workspace, run: dict[str, Any]) -> None:
    """Keep what is known of a run that has ended, in place of the one before."""
    new = workspace.folder / f"{FILE}.new"
    new.write_text(json.dumps(run, default=str))
    new.replace(workspace.folder / FILE)


def read(workspace: Workspace) -> dict[str, Any] | None:
    """Return the last run that has ended: command, outcome, detail, and its moments as text; None if none is known."""
    try:
        found: dict[str, Any] = json.loads((workspace.folder / FILE).read_text())
    except (OSError, ValueError):
        return None
    return found
