"""Every touch as Orchard's own JSON lines, which import reads back without loss."""

import tempfile
from pathlib import Path

from pipeline.store import StoreError, Workspace, connect, count, query

X_TEXTS = "select count(*) from touch where source = 'x' and text <> '' and brand = coalesce($brand, brand)"
ALL = "select count(*) from touch where brand = coalesce($brand, brand)"


def export(workspace: Workspace, file: Path, brand: str | None = None) -> tuple[int, int]:
    """Write the touches of one brand, or of all, to a file; return how many, and how many are texts from X.

    The file is there whole or not at all. Raises StoreError where nothing was imported yet, or
    there is no such folder.
    """
    if not workspace.mentions.exists():
        raise StoreError(f"{workspace.folder} holds nothing to export: import a file first")
    if not file.parent.is_dir():
        raise StoreError(f"{file}: there is no folder {file.parent}")
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".export") as folder:
        building = Path(folder) / "touches.jsonl"
        asked = {"brand": brand}
        with connect(workspace.mentions) as con:
            found = count(con, ALL, asked), count(con, X_TEXTS, asked)
            con.execute(f"copy ({query('export')}) to $file (format json)", asked | {"file": str(building)})
        building.chmod(0o600)  # it holds what people wrote in private, too
        building.replace(file)
    return found
