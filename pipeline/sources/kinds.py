"""What a file is that is no text, by its first bytes or by what a zip holds, and what to do with it."""

from collections.abc import Iterable
from pathlib import Path

from pipeline.sources.files import FileError

AS_CSV = "save the sheet as CSV (UTF-8) and import that"
UNPACK = "unpack it, and import what was in it"
FIRST_BYTES = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": f"an Excel workbook of the old form (.xls), or another document; {AS_CSV}",
    b"%PDF-": "a PDF, which has no columns; import the table that it was made of, as CSV",
    b"\x1f\x8b": f"packed by gzip; {UNPACK}",
    b"BZh": f"packed by bzip2; {UNPACK}",
    b"\xfd7zXZ\x00": f"packed by xz; {UNPACK}",
    b"7z\xbc\xaf\x27\x1c": f"packed by 7-Zip; {UNPACK}",
}
IN_ZIP = {
    "xl/workbook.xml": f"an Excel workbook; {AS_CSV}",
    "xl/workbook.bin": f"an Excel workbook; {AS_CSV}",
    "content.xml": f"an OpenDocument sheet; {AS_CSV}",
}
MOST = max(map(len, FIRST_BYTES))


def check_text(path: Path) -> None:
    """Raise FileError where a file begins as no text does, or can be read only once; another one's reader says why."""
    if path.exists() and not path.is_file():
        raise FileError(f"{path}: no file that can be read twice, but a pipe or a device; save it to a file first")
    try:
        with path.open("rb") as file:
            start = file.read(MOST)
    except OSError:
        return
    for first, what in FIRST_BYTES.items():
        if start.startswith(first):
            raise FileError(f"{path}: {what}")


def check_zip(path: Path, names: Iterable[str]) -> None:
    """Raise FileError where a zip of some names is a sheet of a spreadsheet."""
    for name in names:
        if name in IN_ZIP:
            raise FileError(f"{path}: {IN_ZIP[name]}")
