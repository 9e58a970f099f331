"""Whether the day or the month comes first in the dates of a file, by what all of them together prove."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from mmap import ACCESS_READ, mmap
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.sources import brandwatch, fourcat, meltwater, sprout
from pipeline.sources.columns import spelt
from pipeline.sources.files import FileError, JsonFile, Table, text_of
from pipeline.sources.frames import Frame, json_frames, table_frames
from pipeline.touch import DateOrder, Dates

# Of formats that hold dates in the form of a spreadsheet, or may once one has saved them: what the columns are called.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "airline": ("tweet_created",),
    "brandwatch": brandwatch.NAMES["at"],
    "fourcat": fourcat.NAMES["at"],
    "meltwater": meltwater.NAMES["date"],
    "sprout": sprout.NAMES["at"],
}

# Formats that know one form of dates alone, whatever somebody tells of their order.
IN_NO_DOUBT = frozenset({"dialogues", "orchard", "talkwalker", "xarchive"})

KEYED = 100  # objects of JSON in which the keys of dates are looked for, as many as a format is recognised by

# Two numbers and a year, with slashes or dashes between them.
PARTS = r"^\s*(?P<first>\d{1,2})(?P<sign>[/-])(?P<second>\d{1,2})[/-]\d{4}(?:\D|$)"

END_OF_ONE = re.compile(rb"[/-]\d{1,2}\\?[/-]\d{4}")  # in JSON a slash may stand behind a backslash


@dataclass
class Seen:
    """The first row, with its date, that proves one of the two orders, and the first that reads both ways."""

    day_first: tuple[int, str] | None = None
    month_first: tuple[int, str] | None = None
    either: tuple[int, str] | None = None

    def usual(self) -> bool | None:
        """Return whether the day is read first in the first of these rows where nobody knows; None where is none."""
        found = sorted(filter(None, (self.day_first, self.month_first, self.either)))
        return not has_slash(found[0][1]) if found else None


def has_slash(date: str) -> bool:
    """Say whether a date is one with slashes, which has the month first where nobody knows; with dashes the day is."""
    return "/" in date


def with_order(file: Table | JsonFile, name: str, mapping: Mapping[str, str] | None, told: Dates) -> Table | JsonFile:
    """Return a file that knows the order of its dates: the one that somebody told, else the one that its dates prove.

    Raises FileError naming two rows where one can only be read in one order, and another only in the other; and where
    an order is told of dates that are in no doubt.
    """
    check_doubt(file.path, name, told)
    seen = Seen()
    columns = date_columns(file, name, mapping)
    for column in columns if columns and may_hold_any(file) else ():
        for numbers, texts in date_texts(file, column):
            look(seen, numbers, texts)
    found = DateOrder(told == "dmy") if told else decided(file, seen)
    return replace(file, dates=replace(found, usual=seen.usual()))


def check_doubt(path: Path, name: str, told: Dates) -> None:
    """Raise FileError where an order is told of the dates of a format that has them in one form alone."""
    if told and name in IN_NO_DOUBT:
        what = "an archive of X" if name == "xarchive" else f"the format {name}"
        raise FileError(f"{path}: the dates of {what} are in no doubt: leave --dates, or `dates` in [[sources]], out")


def may_hold_any(file: Table | JsonFile) -> bool:
    """Say whether a date in either order may be anywhere in a file: most have none, and need not be read for them."""
    if file.encoding != "utf-8-sig":
        return True
    with file.path.open("rb") as opened, mmap(opened.fileno(), 0, access=ACCESS_READ) as content:
        return END_OF_ONE.search(content) is not None


def date_columns(file: Table | JsonFile, name: str, mapping: Mapping[str, str] | None) -> list[str]:
    """Return the columns of a file that hold its dates, where these may be in either order."""
    if mapping:
        return [mapping["at"]]
    if not (names := {spelt(column) for column in COLUMNS.get(name, ())}):
        return []
    columns = file.header if isinstance(file, Table) else [key for row in islice(file, KEYED) for key in row.values]
    return [column for column in dict.fromkeys(columns) if spelt(column) in names]


def date_texts(file: Table | JsonFile, column: str) -> Iterator[tuple[Sequence[int], pa.ChunkedArray]]:
    """Yield the numbers of rows, many at once, with their values in a column as text."""
    if isinstance(file, Table):
        frames = table_frames(file, {"at": column})
    else:
        frames = json_frames(file, {"at": (column,)}, pa.schema([(column, pa.string())]))
    for frame in frames:
        is_read = "at" in frame.columns.column_names
        yield frame.columns["number"], frame.columns["at"] if is_read else values(frame, column)


def values(frame: Frame, column: str) -> pa.ChunkedArray:
    """Return a column of JSON objects as text."""
    texts = [text_of(frame.record(place), column) for place in range(frame.columns.num_rows)]
    return pa.chunked_array([texts], pa.string())


def look(seen: Seen, numbers: pa.ChunkedArray, texts: pa.ChunkedArray) -> None:
    """Keep the first rows that tell something."""
    mask = pc.fill_null(pc.match_substring_regex(texts, PARTS), False)
    if not pc.any(mask).as_py():
        return
    numbers, texts = numbers.filter(mask), texts.filter(mask)
    parts = pc.extract_regex(texts, PARTS)
    first, second = (pc.struct_field(parts, name).cast(pa.int64()) for name in ("first", "second"))
    day, month = are_dates(first, second), are_dates(second, first)
    for field, rows in (
        ("day_first", pc.and_not(day, month)),
        ("month_first", pc.and_not(month, day)),
        ("either", pc.and_(pc.and_(day, month), pc.not_equal(first, second))),
    ):
        place = pc.index(rows, True).as_py()
        if getattr(seen, field) is None and place >= 0:
            setattr(seen, field, (numbers[place].as_py(), texts[place].as_py().strip()))


def are_dates(days: pa.ChunkedArray, months: pa.ChunkedArray) -> pa.ChunkedArray:
    """Say of pairs of numbers whether each may be a day and a month."""
    positive = pc.and_(pc.greater(days, 0), pc.greater(months, 0))
    return pc.and_(positive, pc.and_(pc.less_equal(days, 31), pc.less_equal(months, 12)))


def shown_row(file: Table | JsonFile, number: int) -> int:
    """Return the number of a row as a person sees it: of a sheet the one beside it."""
    return number if isinstance(file, JsonFile) or file.seen is None else int(file.seen[number - 1])


def decided(file: Table | JsonFile, seen: Seen) -> DateOrder:
    """Return the order that the dates of a file prove. Raises FileError where they prove both."""
    row_of = partial(shown_row, file)
    if seen.day_first and seen.month_first:
        (row, day), (other, month) = seen.day_first, seen.month_first
        raise FileError(
            f"{file.path}: dates in two orders: {day} in row {row_of(row)} has the day first, {month} in row "
            f"{row_of(other)} the month; with --dates dmy or mdy those that are otherwise become rejects"
        )
    if seen.day_first:
        row, day = seen.day_first
        return DateOrder(True, f"dates with the day first, as {day} in row {row_of(row)} proves")
    if seen.month_first or not seen.either:
        return DateOrder(False if seen.month_first else None)
    number, date = seen.either
    way, opposite = ("month", "dmy") if has_slash(date) else ("day", "mdy")
    return DateOrder(
        way == "day",
        f"dates such as {date} in row {row_of(number)} do not tell whether the day or the month comes first: "
        f'read with the {way} first. If that is wrong, say --dates {opposite}, or dates = "{opposite}" in [[sources]], '
        "with the next such file; what is stored stays as it is",
    )
