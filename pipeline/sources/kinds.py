"""What a file is that is no text, by its first bytes or by what a zip holds, and what to do with it."""

import zipfile
from pathlib import Path

from pipeline.sources.files import FileError

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Excel's workbooks of the old form, and all that are encrypted
GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
UNPACK = "unpack it, and import what was in it"
FIRST_BYTES = {
    b"%PDF-": "a PDF, which has no columns; import the table that it was made of, as CSV",
    GZIP: f"packed once more by gzip; {UNPACK}",
    ZIP: f"packed once more, in a zip; {UNPACK}",
    b"BZh": f"packed by bzip2; {UNPACK}",
    b"\xfd7zXZ\x00": f"packed by xz; {UNPACK}",
    b"7z\xbc\xaf\x27\x1c": f"packed by 7-Zip; {UNPACK}",
}
SHEETS = frozenset({"xl/workbook.xml", "xl/workbook.bin", "content.xml"})  # of Excel, and of OpenDocument
TAR, TAR_AT = b"ustar", 257


def check_text(path: Path) -> None:
    """Raise FileError where a file begins as no text does, or can be read only once; another one's reader says why."""
    if path.exists() and not path.is_file():
        raise FileError(f"{path}: no file that can be read twice, but a pipe or a device; save it to a file first")
    start = first_bytes(path, TAR_AT + len(TAR))
    if is_workbook(path):
        raise FileError(f"{path}: a workbook, packed once more; {UNPACK}")
    for first, what in FIRST_BYTES.items():
        if start.startswith(first):
            raise FileError(f"{path}: {what}")
    if start[TAR_AT:] == TAR:
        raise FileError(f"{path}: a tar archive; {UNPACK}")


def is_workbook(path: Path) -> bool:
    """Say whether a file is most likely a workbook of a spreadsheet: a zip with sheets, or of Excel's old form."""
    return is_of_old_form(path) or (path.is_file() and not SHEETS.isdisjoint(names_in_zip(path)))


def is_of_old_form(path: Path) -> bool:
    """Say whether a file is of Excel's old form; one that holds a picture or a file may end as a zip does."""
    return first_bytes(path, len(OLE)) == OLE


def names_in_zip(path: Path) -> list[str]:
    """Return the names in a zip; none where it is no zip, or damaged, of which its reader says so."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile):
        return []


def is_gzip(path: Path) -> bool:
    """Say whether a file is packed by gzip."""
    return first_bytes(path, len(GZIP)) == GZIP


def first_bytes(path: Path, many: int) -> bytes:
    """Return how a file begins; of what is no file, or cannot be read, nothing."""
    try:
        if not path.is_file():
            return b""
        with path.open("rb") as file:
            return file.read(many)
    except OSError:
        return b""
