"""The imports that a workspace remembers."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.store import StoreError, Workspace, query, reading
from pipeline.touch import sound

SHORT = 10  # digits of a SHA-256 that are shown


@dataclass(frozen=True)
class Import:
    """One import of a file for a brand; ``is_known``: every row that it stored is known to be its own."""

    sha256: str
    brand: str
    file: str
    format: str
    rows_read: int
    rows_stored: int
    updated_at: datetime
    finished: bool
    is_known: bool

    @property
    def id(self) -> str:
        """What it is called by."""
        return self.sha256[:SHORT]

    @property
    def name(self) -> str:
        """The name of its file without the folder."""
        return Path(self.file).name

    def is_called(self, wanted: str) -> bool:
        """Say whether a beginning of its id, or the name or path of its file, is meant."""
        path = sound(str(Path(wanted).resolve()))
        return self.sha256.startswith(wanted.lower()) or wanted in (self.file, self.name) or path == self.file


def read_imports(workspace: Workspace) -> list[Import]:
    """Return what was imported, newest first; nothing where nothing was."""
    if not workspace.mentions.exists():
        return []
    with reading(workspace.mentions) as con:
        return [Import(*row) for row in con.execute(query("imports")).fetchall()]


def find_import(workspace: Workspace, wanted: str, brand: str | None = None) -> Import:
    """Return the import that is meant; raises StoreError where there is none, or several, naming them."""
    there = read_imports(workspace)
    found = [each for each in there if wanted and each.is_called(wanted) and brand in (None, each.brand)]
    if not found:
        raise StoreError(f"{wanted}: no such import{f' for {brand}' if brand else ''}; `imports` lists those that are")
    if len(found) > 1:
        lines = [f"{each.id}  {each.brand}  {each.file}" for each in found]
        raise StoreError(
            "\n".join([f"{wanted} may be any of these; give the id, and --brand where that is one:", *lines])
        )
    return found[0]
