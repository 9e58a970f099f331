"""Tables as text: for the eye, as JSON lines, and as CSV that no spreadsheet takes for formulas."""

import csv
import json
import math
from collections.abc import Iterable
from typing import Any, TextIO

import pyarrow as pa
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.plain import plain

FORMULA = ("=", "+", "-", "@", "\t", "\r")
COLUMN = 24  # characters of a column at most, on average
ROWS = 50  # shown at most, where no number was asked for; --json and --csv give all


def safe(value: Any) -> Any:
    """Return a cell for CSV; text that a spreadsheet would run as a formula gets a leading apostrophe (OWASP)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def write_lines(rows: Iterable[Any], file: TextIO) -> None:
    """Write rows as JSON, one a line."""
    file.writelines(json.dumps(row, default=str, ensure_ascii=False) + "\n" for row in rows)


def write_csv(table: pa.Table, file: TextIO, digits: int | None = None) -> None:
    """Write a table with its header: lists as one cell, numbers to so many significant digits, or as they are."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([safe(name) for name in table.column_names])
    writer.writerows([safe(told(value, digits)) for value in row.values()] for row in table.to_pylist())


def told(value: Any, digits: int | None) -> Any:
    """Return a value as a cell of CSV has it."""
    if isinstance(value, list):
        return "; ".join(str(told(each, digits)) for each in value)
    return rounded(value, digits) if digits and isinstance(value, float) else value


def rounded(value: float, digits: int) -> float:
    """Return a number to so many significant digits; whole ones are kept, however large they are."""
    if value == 0 or not math.isfinite(value):
        return value
    return round(value, max(0, digits - 1 - math.floor(math.log10(abs(value)))))


def show(table: pa.Table, file: TextIO, total: int | None = None) -> None:
    """Print the first rows of a table, and how many there are; a terminal that is too narrow breaks its lines.

    With a ``total`` the table holds the rows that were asked for, of so many: all of them are printed.
    """
    shown = Table(*table.column_names, box=SIMPLE)
    found = table.slice(0, ROWS) if total is None else table
    for row in found.to_pylist():
        shown.add_row(*(cell(value) for value in row.values()))
    console = Console(file=file, width=COLUMN * (1 + table.num_columns))
    console.print(shown, markup=False)
    console.print(f"{found.num_rows} of {table.num_rows if total is None else total} rows", markup=False)


def cell(value: Any) -> Any:
    """Return a value as it is read; text from a network is never markup, nor does it steer the terminal."""
    return Text("" if value is None else f"{value:.3f}" if isinstance(value, float) else plain(str(value)))
