"""What could not be told outside of the dashboard, for whoever looks at the dashboard or at `status`."""

import json
from collections.abc import Sequence

from pipeline.store import Workspace, write_note

FILE = "last_notices.json"


def save(workspace: Workspace, untold: Sequence[str]) -> None:
    """Keep what could not be told, and why; nothing leaves no file. Raises StoreError where that cannot be done."""
    if untold:
        write_note(workspace.folder / FILE, json.dumps(list(untold)))
    else:
        (workspace.folder / FILE).unlink(missing_ok=True)


def read(workspace: Workspace) -> list[str]:
    """Return what could not be told when it was last tried; it is tried again at each refresh."""
    try:
        return [str(line) for line in json.loads((workspace.folder / FILE).read_text())]
    except (OSError, ValueError):
        return []
