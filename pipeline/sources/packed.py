"""Workbooks, and what gzip or a zip has packed, as plain files in a folder that is there only while they are read."""

import errno
import gzip
import json
import lzma
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from pipeline.sources.archive import ENCRYPTED, MOST_RATIO, SMALL_BYTES
from pipeline.sources.files import FileError, first_header
from pipeline.sources.kinds import is_of_old_form

READER = Path(__file__).with_name("workbook.py")  # a process of its own
REFUSED = 2  # its status where it says what is wrong
BLOCK = 1 << 20
MOST_NAMED = 5  # files in a zip
DAMAGE = (None, errno.EINVAL)  # of an OSError: what bzip2 says of it; a place in a zip that is before its beginning
PREFIX = ".unpacked-"
ENCODING = "utf-8-sig"  # of sheets


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook as CSV in UTF-8, without its blank rows; ``hidden``: a person does not see it."""

    name: str
    hidden: bool
    path: Path

    def numbers(self) -> NDArray[np.int64]:
        """Return the number that each row of the CSV file has in the sheet."""
        return np.fromfile(self.path.with_suffix(".rows"), np.int64)


@contextmanager
def place_beside(folder: Path) -> Iterator[Path]:
    """Yield a folder inside of another one; it is removed at the end, as are those of runs that were killed.

    That is safe since files are read under the lock of the workspace: no other run is there. The other one goes, too,
    where it was made for this and nothing came into it.
    """
    was_there = folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(f"{PREFIX}*"):
        shutil.rmtree(left, ignore_errors=True)
    try:
        with tempfile.TemporaryDirectory(prefix=PREFIX, dir=folder) as place:
            yield Path(place)
    finally:
        if not was_there:
            with suppress(OSError):  # it is not empty
                folder.rmdir()


def room(path: Path, folder: Path) -> int:
    """Return how many bytes a packed file may take unpacked: no table packs better, and half of the disk stays free."""
    return min(max(SMALL_BYTES, MOST_RATIO * path.stat().st_size), shutil.disk_usage(folder).free // 2)


def too_large(path: Path, most: int) -> FileError:
    """Return the error for a file that takes more than it may."""
    return FileError(
        f"{path}: would unpack to more than {most:,} bytes: more than a table does, or than half of the free disk space"
    )


def unpack(path: Path, folder: Path) -> Path:
    """Return what gzip has packed as a plain file. Raises FileError where it is damaged or too large."""
    try:
        with gzip.open(path) as packed:
            return pour(path, packed, folder)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise FileError(f"{path}: a damaged gzip file ({error}); download it again") from error


def unzip(path: Path, names: Sequence[str], folder: Path) -> Path:
    """Return the one file in a plain zip, of those that it holds, as a plain file.

    Raises FileError where there are several, and where it is damaged, encrypted or too large.
    """
    if len(names) > 1:
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        listed = ", ".join(names[:MOST_NAMED]) + more
        raise FileError(f"{path}: a zip with several files: {listed}; unpack it, and import each, or --watch them")
    try:
        with zipfile.ZipFile(path) as archive:
            member = archive.getinfo(names[0])
            if member.flag_bits & ENCRYPTED:
                raise FileError(f"{path}: {names[0]} in it is encrypted; unpack it, and import that")
            with archive.open(member) as packed:
                return pour(path, packed, folder)
    except (zipfile.BadZipFile, EOFError, zlib.error, lzma.LZMAError, NotImplementedError, OSError) as error:
        if isinstance(error, OSError) and error.errno not in DAMAGE:  # a full disk, or a file that was taken away
            raise
        raise FileError(f"{path}: {names[0]} in it cannot be read ({error}); unpack it, and import that") from error


def pour(path: Path, packed: gzip.GzipFile | IO[bytes], folder: Path) -> Path:
    """Write what is packed to a plain file, as far as it may go, whatever the packed one says of its size."""
    target, left = folder / "unpacked", (most := room(path, folder))
    with target.open("wb") as file:
        while block := packed.read(BLOCK):
            left -= len(block)
            if left < 0:
                raise too_large(path, most)
            file.write(block)
    return target


def read_sheets(path: Path, folder: Path) -> list[Sheet]:
    """Return the sheets of a workbook, in their order. Raises FileError where it cannot be read or is too large."""
    most = room(path, folder)
    if not is_of_old_form(path):
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > most:
                raise too_large(path, most)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    command = [sys.executable, "-P", str(READER), str(path), str(folder), str(most), str(memory)]
    # in a session of its own, Ctrl-C reaches only us, who end it or let it go on
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", start_new_session=True)
    if done.returncode == REFUSED:
        raise FileError(f"{path}: {done.stderr.strip()}")
    if done.returncode:
        gigabytes = memory / (1 << 30)
        raise FileError(
            f"{path}: a workbook that cannot be read: damaged, or it takes more than {gigabytes:.1f} GB of memory; "
            "open it in a spreadsheet, save the sheet as CSV (UTF-8), and import that"
        )
    found = json.loads((folder / "sheets.json").read_text(encoding="utf-8"))
    return [Sheet(**sheet, path=folder / f"{number}.csv") for number, sheet in enumerate(found)]


def choose(path: Path, sheets: Sequence[Sheet], wanted: str, fits: Callable[[Path], bool]) -> tuple[Sheet, str]:
    """Return the wanted sheet, else the first that fits and can be seen; and words on it.

    Where none fits it is the one with the widest header: what that lacks can then be said. Raises FileError where
    there is none.
    """
    if wanted:
        named = [sheet for sheet in sheets if sheet.name.strip().casefold() == wanted.strip().casefold()]
        if not named:
            raise FileError(f"{path}: no sheet {wanted}; it has {names(sheets)}")
        return named[0], f"sheet {named[0].name}"
    filled = [sheet for sheet in sheets if not sheet.hidden and sheet.path.stat().st_size]
    if not filled:
        raise FileError(f"{path}: the workbook is empty, or all that is not empty is hidden")
    fitting = [sheet for sheet in filled if fits(sheet.path)]
    taken = fitting[0] if fitting else max(filled, key=lambda sheet: len(first_header(sheet.path, ENCODING)))
    others = f"; {names(fitting[1:])} would do as well: --sheet, or sheet in [[sources]], chooses"
    return taken, f"sheet {taken.name}" + (others if fitting[1:] else "")


def names(sheets: Sequence[Sheet]) -> str:
    """Return the names of sheets as they are told to a person."""
    return ", ".join(sheet.name for sheet in sheets) or "none"


@contextmanager
def named(path: Path, plain: Path, sheet: str = "") -> Iterator[None]:
    """Name the file that somebody gave in what is wrong with the plain one."""
    try:
        yield
    except FileError as error:
        raise FileError(str(error).replace(str(plain), f"{path}, sheet {sheet}" if sheet else str(path))) from error
