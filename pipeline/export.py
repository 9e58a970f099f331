"""Every touch as Orchard's own JSON lines, which import reads back without loss."""

import os
import re
import shutil
import tempfile
from pathlib import Path

import duckdb

from pipeline.store import StoreError, Workspace, advice, count, query, reading

X_TEXTS = "select count(*) from touch where source = 'x' and text <> '' and brand = coalesce($brand, brand)"
ALL = "select count(*) from touch where brand = coalesce($brand, brand)"


def export(workspace: Workspace, file: Path, brand: str | None = None) -> tuple[int, int]:
    """Write the touches of one brand, or of all, to a file; return how many, and how many are texts from X.

    The file is there whole or not at all, and a link stays one. A pipe or a device is written into, and so is what is
    open already, as /dev/stdout. Raises StoreError where nothing was imported yet, there is no such folder, or the file
    cannot be written.
    """
    if not workspace.mentions.exists():
        raise StoreError(f"{workspace.folder} holds nothing to export: import a file first")
    streams = is_stream(file)
    target = file if streams else Path(os.path.realpath(file))  # resolve() raises, or does not, by version of Python
    if target.is_symlink() and not streams:
        raise StoreError(f"{file}: a link that leads to itself")
    if not target.parent.is_dir():
        raise StoreError(f"{file}: there is no folder {target.parent}")
    try:
        with tempfile.TemporaryDirectory(dir=None if streams else target.parent, prefix=".export") as folder:
            building = Path(folder) / "touches.jsonl"
            found = write(workspace, building, brand)
            if streams:
                with building.open("rb") as written, target.open("ab") as stream:
                    shutil.copyfileobj(written, stream)
            else:
                building.chmod(0o600)  # it holds what people wrote in private, too
                building.replace(target)
    except OSError as error:
        raise StoreError(f"{file} cannot be written: {error.strerror}; {advice(error)}") from error
    return found


def is_stream(file: Path) -> bool:
    """Say whether a path is no file of its own, but a pipe, a device, or what a process has open."""
    place = file.absolute()
    opened = place.is_relative_to("/proc") or place.parent in (Path("/dev"), Path("/dev/fd"))
    return file.exists() and (opened or not file.is_file())


def write(workspace: Workspace, building: Path, brand: str | None) -> tuple[int, int]:
    """Write the touches to a new file; raises OSError where that one cannot be written."""
    asked = {"brand": brand}
    with reading(workspace.mentions) as con:
        found = count(con, ALL, asked), count(con, X_TEXTS, asked)
        try:
            con.execute(f"copy ({query('export')}) to $file (format json)", asked | {"file": str(building)})
        except duckdb.IOException as error:
            if str(building) not in str(error):  # it is the workspace that cannot be read
                raise
            number = re.search(r"errno\D*(\d+)", str(error))
            raise OSError(*((int(number[1]), os.strerror(int(number[1]))) if number else (None, str(error)))) from error
    return found
