"""The sheets of a workbook as CSV, by a process of its own: a workbook that is no good may end it, as may its size.

``python workbook.py WORKBOOK FOLDER BYTES MEMORY`` writes into the folder, of every sheet, N.csv and N.rows (the number
that each of its rows has in the sheet), and sheets.json; at most so many bytes, with so many of memory.
"""

import csv
import json
import os
import resource
import sys
from array import array
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

Cell = str | int | float | bool | date | datetime | time | timedelta

EXACT = 10**15  # a spreadsheet keeps 15 digits of a number
REFUSED = 2  # the status with which this ends where standard error says what is wrong with the workbook


class TooLarge(Exception):
    """The sheets take more bytes than they may."""


def main(workbook: Path, folder: Path, most: int, memory: int) -> None:
    """Write the sheets of a workbook. Raises CalamineError, TooLarge, MemoryError."""
    with suppress(ValueError, OSError):  # a system that knows no such limit
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    with load_workbook(workbook) as book:
        (folder / "sheets.json").write_text(json.dumps(write_sheets(book, folder, most)), encoding="utf-8")


def write_sheets(book: CalamineWorkbook, folder: Path, most: int) -> list[dict[str, str | bool]]:
    """Write every sheet of cells; return their names, and whether a person sees them. Raises TooLarge."""
    found: list[dict[str, str | bool]] = []
    for sheet in book.sheets_metadata:
        if sheet.typ == SheetTypeEnum.WorkSheet:
            most -= write_sheet(book.get_sheet_by_name(sheet.name), folder / str(len(found)), most)
            found.append({"name": sheet.name, "hidden": sheet.visible != SheetVisibleEnum.Visible})
    return found


def write_sheet(sheet: CalamineSheet, base: Path, most: int) -> int:
    """Write the rows of one sheet that are not blank, and their numbers; return the bytes. Raises TooLarge."""
    numbers = array("q")
    with base.with_suffix(".csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")  # no other delimiter is found in it
        for number, cells in enumerate(sheet.iter_rows(), 1):
            texts = to_texts(cells)
            if any(map(str.strip, texts)):
                table.writerow(texts)
                numbers.append(number)
                if os.fstat(file.fileno()).st_size > most:
                    raise TooLarge
        size = file.tell()
    base.with_suffix(".rows").write_bytes(numbers.tobytes())
    return size


def to_texts(cells: Iterable[Cell]) -> list[str]:
    """Return cells as the text of a CSV file: a moment in ISO 8601 without a zone, which a cell never has."""
    return [plain(cell) if isinstance(cell, str) else to_text(cell) for cell in cells]


def plain(text: str) -> str:
    """Return a text with its line breaks as one character each, and without null characters."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "") if not text.isprintable() else text


def to_text(value: Cell) -> str:
    """Return a cell that is no text as text."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return to_number(value)
    return value.isoformat(" ") if isinstance(value, datetime) else str(value)


def to_number(value: float) -> str:
    """Return a number as text; one of which digits may be lost as 1.79000000000000E+18, so that it is seen."""
    if not float(value).is_integer():
        return repr(value)
    return str(int(value)) if abs(value) < EXACT else f"{value:.14E}"


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
    except PasswordError:
        print("it is encrypted: save it without its password, and import that", file=sys.stderr)
        sys.exit(REFUSED)
    except TooLarge:
        print("its sheets are larger than they may be; save the one that matters as CSV", file=sys.stderr)
        sys.exit(REFUSED)
    except CalamineError as error:
        print(f"not a workbook that can be read, or a damaged one ({error})", file=sys.stderr)
        sys.exit(REFUSED)
