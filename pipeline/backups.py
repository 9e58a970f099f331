"""The backups of a workspace: where they lie, one of each day, and no more than are to be kept."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from pipeline import backup, forgotten, store
from pipeline.settings import Settings
from pipeline.store import StoreError, Workspace, advice

HALF = 0.5


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
    kept = found(folder, mark)
    if any(path.name.startswith(today) for path in kept):
        return []
    check_not_lost(workspace, kept)
    path, _ = backup.make(workspace, folder)
    remove(found(folder, mark)[: -settings.backup.keep])
    return [f"backed up to {path}"]


def check_not_lost(workspace: Workspace, kept: Sequence[Path]) -> None:
    """Raise StoreError where the journal holds less than HALF of what a backup does.

    It was lost or replaced most likely: new backups would drive the last good one out, a day after the other.
    """
    richest = max(kept, key=backup.rows_in, default=None)
    there = backup.rows_of(workspace)
    if richest and there < HALF * (then := backup.rows_in(richest)):
        raise StoreError(
            f"{workspace.journal} holds {there} rows, {richest} held {then}: `restore` puts them back; if they are to "
            "be gone, delete that file"
        )


def remove(paths: Iterable[Path]) -> None:
    """Remove backups; raises StoreError naming one that cannot be."""
    for path in paths:
        try:
            path.unlink()
        except OSError as error:
            raise StoreError(f"{path} is old and cannot be removed: {error.strerror}; {advice(error)}") from error


def holding_forgotten(workspace: Workspace, folders: Iterable[Path]) -> list[Path]:
    """Return the backups in some folders that still hold who was forgotten, and what cannot be opened and so may.

    What a restore that was killed had unpacked goes.
    """
    backup.sweep(workspace.folder, backup.RESTORING)
    aside = sorted(workspace.folder.glob(f"{backup.UNREADABLE}-*.duckdb"))
    known = forgotten.read(workspace)
    kinds = (backup.DAILY, backup.ASIDE)  # and of any mark: a restore may have given the workspace another one
    paths = [path for folder in dict.fromkeys(folders) for kind in kinds for path in found(folder, "??????", kind)]
    if not paths:
        return aside
    with backup.bench(workspace.folder, ".looking-at-backups-") as there:
        return [path for path in paths if holds_forgotten(path, there, known)] + aside


def holds_forgotten(path: Path, there: Path, known: forgotten.Forgotten) -> bool:
    """Say whether a backup holds what was typed about somebody forgotten; one that cannot be opened may."""
    try:
        with backup.opened(path, there) as content, store.connect(content.journal) as con:
            return any(forgotten.named_in(con, known))
    except StoreError:
        return True
