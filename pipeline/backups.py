"""The backups of a workspace: where they lie, one of each day, and no more than are to be kept."""

from collections.abc import Iterable
from pathlib import Path

from pipeline import backup, forgotten, store
from pipeline.settings import Settings
from pipeline.store import StoreError, Workspace, advice


def folder_of(workspace: Workspace, settings: Settings) -> Path:
    """Return the folder of the backups of a workspace: [backup] folder, else ``backups`` in the workspace."""
    return workspace.folder / Path(settings.backup.folder or "backups").expanduser()


def found(folder: Path, mark: str, kind: str = backup.DAILY) -> list[Path]:
    """Return the backups of the workspace of this mark in a folder, the oldest first."""
    return sorted(folder.glob(f"{kind}-????-??-??T??????-{mark}.zip"))


def daily(workspace: Workspace, settings: Settings) -> list[str]:
    """Make the day's backup where [backup] asks for it and there is none, and remove the oldest beyond ``keep``.

    Return a line on it, if it was made. Raises StoreError where that cannot be done.
    """
    if settings.backup.folder is None:
        return []
    folder, mark = folder_of(workspace, settings), forgotten.read(workspace).mark
    today = f"{backup.DAILY}-{store.now():%Y-%m-%d}T"
    if any(path.name.startswith(today) for path in found(folder, mark)):
        return []
    path, _ = backup.make(workspace, folder)
    remove(found(folder, mark)[: -settings.backup.keep])
    return [f"backed up to {path}"]


def remove(paths: Iterable[Path]) -> None:
    """Remove backups; raises StoreError naming one that cannot be."""
    for path in paths:
        try:
            path.unlink()
        except OSError as error:
            raise StoreError(f"{path} is old and cannot be removed: {error.strerror}; {advice(error)}") from error


def holding_forgotten(workspace: Workspace, folders: Iterable[Path]) -> list[Path]:
    """Return the backups in some folders that still hold who was forgotten, or that cannot be opened."""
    known = forgotten.read(workspace)
    kinds = (backup.DAILY, backup.ASIDE)  # and of any mark: a restore may have given the workspace another one
    paths = [path for folder in dict.fromkeys(folders) for kind in kinds for path in found(folder, "??????", kind)]
    if not paths:
        return []
    with backup.bench(workspace.folder, ".looking-at-backups-") as there:
        return [path for path in paths if holds_forgotten(path, there, known)]


def holds_forgotten(path: Path, there: Path, known: forgotten.Forgotten) -> bool:
    """Say whether a backup holds what was typed about somebody forgotten; one that cannot be opened may."""
    try:
        with backup.opened(path, there) as content, store.connect(content.journal) as con:
            return any(forgotten.named_in(con, known))
    except StoreError:
        return True
