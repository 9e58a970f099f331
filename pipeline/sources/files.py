"""Raw records out of a file, whatever its delimiter, header row or JSON shape."""

import csv
import html
import re
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, count, islice, tee
from pathlib import Path
from typing import IO, Any, TextIO

import numpy as np
from numpy.typing import NDArray

from pipeline.sources.json_array import begins_array, read_json_array
from pipeline.sources.json_values import read_json
from pipeline.touch import UNTOLD, DateOrder, MappingError, Outcome, Record, Reject, sound

HEADER_ROWS = 40  # how far down a header is looked for: suites put a block of report lines above it
DELIMITERS = (",", "\t", ";", "|")
FIELD_LIMIT = 10 * 1024 * 1024
KEPT = 1 << 15  # characters of either end of a row that cannot be read
OPEN_QUOTE = "row is cut off: a quotation mark is never closed"
TOO_LONG = f"row cannot be read: a field of it has more than {FIELD_LIMIT:,} characters"

BATCH_ROWS = 10_000  # few enough that Python's collector never looks at them twice
BLOCK = 1 << 20  # characters
SPACES = "".join(c for c in map(chr, range(0x3001)) if c.isspace())  # all that str.strip() takes away
END = "\0"  # a line after the last; no line holds a null character, so it shows whether the last quotation is closed

QUOTED = re.compile(r'(^|[,\t;|])"(?:[^"]|"")*+"')  # a whole quotation: it begins with a cell
QUOTE = re.compile(r'(?:^|[,\t;|])"')

ROUNDED = re.compile(r"-?[0-9](\.[0-9]+)?[Ee]\+[0-9]+")  # 1.79E+18, as spreadsheets write long numbers

csv.field_size_limit(FIELD_LIMIT)

IsHeader = Callable[[frozenset[str]], bool]


class FileError(ValueError):
    """A file as a whole cannot be read; the message names it and says what to do."""


@dataclass(frozen=True)
class Table:
    """A delimited file with its header found; iterating yields its records, any number of times.

    ``twice`` are the columns whose name stood in the header more than once: later ones have a number behind it.
    ``seen`` are, of a sheet, the numbers that a person sees beside the rows after the header, by those of the records.
    """

    path: Path
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    header_row: int
    twice: frozenset[str] = frozenset()
    dates: DateOrder = UNTOLD
    seen: NDArray[np.int64] | None = field(default=None, compare=False)

    def __iter__(self) -> Iterator[Record]:
        return dated(chain.from_iterable(self.batches()), self.dates.day_first)

    def batches(self) -> Iterator["Batch"]:
        """Yield the rows after the header, BATCH_ROWS at a time."""
        number, skipped = 1, self.header_row
        with open_text(self.path, self.encoding) as file:
            for rows, fault in read_batches(read_lines(file, is_plain(self.path, self.encoding)), self.delimiter):
                rows, skipped = rows[skipped:], max(0, skipped - len(rows))
                if rows:
                    yield Batch(number, self.header, rows, fault)
                number += len(rows)


@dataclass(frozen=True)
class Batch:
    """Rows of a table that follow each other, not yet records; ``fault``: what is wrong with the last, if anything."""

    number: int
    header: tuple[str, ...]
    rows: list[list[str]]
    fault: str = ""

    def __iter__(self) -> Iterator[Record]:
        return (self.record(place) for place in range(len(self.rows)))

    def record(self, place: int) -> Record:
        """Return one row, counted from 0, as a record."""
        fault = self.fault if place == len(self.rows) - 1 else ""
        return to_record(self.number + place, self.rows[place], self.header, fault)


@dataclass(frozen=True)
class JsonFile:
    """A JSON array, or JSON lines; iterating yields its objects as records."""

    path: Path
    encoding: str
    lines: bool
    dates: DateOrder = UNTOLD

    def __iter__(self) -> Iterator[Record]:
        with open_text(self.path, self.encoding) as file:
            records = to_records(read_json_lines(file) if self.lines else read_json_array(file))
            yield from dated(records, self.dates.day_first)


def dated(records: Iterable[Record], day_first: bool | None) -> Iterator[Record]:
    """Return records with what is known of the dates of their file."""
    return iter(records) if day_first is None else (replace(record, day_first=day_first) for record in records)


def open_text(path: Path, encoding: str) -> TextIO:
    """Open a file as text after its byte order mark, with its line breaks as they are.

    Bytes that the encoding does not know become U+FFFD. Raises FileError where it needs a mark that is not there.
    """
    file = path.open(encoding=encoding, errors="replace", newline="")
    try:
        if file.read(1) != "\ufeff":  # utf-16-le and others leave it to us
            file.seek(0)
    except UnicodeError as error:
        file.close()
        raise FileError(f"{path}: cannot be read as {encoding}: {error}; try without --encoding") from error
    return file


def is_plain(path: Path, encoding: str) -> bool:
    """Say whether no line of a text needs mending: no null character, and no carriage return but before a line feed."""
    if encoding == "utf-8-sig":  # there, neither byte is ever a part of another character
        with path.open("rb") as file:
            return all(map(is_plain_block, whole_breaks(file)))
    with open_text(path, encoding) as text:
        return all(is_plain_block(block.encode("utf-8", "surrogatepass")) for block in whole_breaks(text))


def whole_breaks(file: IO[Any]) -> Iterator[Any]:
    """Yield a file in blocks, of which none ends between a carriage return and its line feed."""
    while block := file.read(BLOCK):
        yield block + file.read(1) if block[-1:] in ("\r", b"\r") else block


def is_plain_block(block: bytes) -> bool:
    """Say whether a block needs no mending."""
    return b"\0" not in block and (b"\r" not in block or block.count(b"\r") == block.count(b"\r\n"))


def read_lines(file: TextIO, plain: bool = False) -> Iterator[str]:
    """Return lines as csv takes them; those of a plain file as they are, which is many times faster."""
    return iter(file) if plain else mended_lines(file)


def mended_lines(file: TextIO) -> Iterator[str]:
    """Yield lines as csv takes them: a lone carriage return inside a line, which some exports do not quote, is a space.

    In a file that knows no other line break outside of quotations it ends a line, as it did on old Macs.
    """
    lines = (line.replace("\0", "") for line in file)
    held: list[str] = []
    is_open = is_old_mac = False
    for line in lines:
        held.append(line)
        is_open = leaves_open(line, is_open)
        if line.endswith("\n") and not is_open:
            yield from joined_lines(chain(held, lines))
            return
        is_old_mac = is_old_mac or (line.endswith("\r") and not is_open)
    yield from held if is_old_mac else joined_lines(held)


def leaves_open(line: str, is_open: bool) -> bool:
    """Say whether a quotation is open at the end of a line; ``is_open``: so it is at its beginning."""
    return bool(QUOTE.search(QUOTED.sub(r"\1", f'"{line}' if is_open else line)))


def joined_lines(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines, those that end with a carriage return joined with the next one."""
    held: list[str] = []
    for line in lines:
        if line.endswith("\r"):
            held.append(line)
            continue
        yield "".join([*(part[:-1] + " " for part in held), line])
        held.clear()
    yield from held


def read_batches(lines: Iterable[str], delimiter: str) -> Iterator[tuple[list[list[str]], str]]:
    """Yield (rows that are not blank, what is wrong with the last), up to BATCH_ROWS at a time.

    That may be OPEN_QUOTE, or TOO_LONG: such a row is one cell, of both ends of its lines.
    """
    lines, again = tee(chain(lines, [END]))
    reader, taken = csv.reader(lines, delimiter=delimiter), 0
    while True:
        rows, fault = next_rows(reader)
        if not rows and not fault:
            return
        its_lines, taken = islice(again, reader.line_num - taken), reader.line_num
        if fault:
            rows.append([last_row(its_lines, len(rows), delimiter)])
        else:
            deque(its_lines, maxlen=0)
            fault = take_end(rows)
        is_blank = not rows or not "".join(rows[-1]).strip()
        yield [row for row in rows if "".join(row).strip()], "" if is_blank else fault


def next_rows(reader: Iterator[list[str]]) -> tuple[list[list[str]], str]:
    """Return up to BATCH_ROWS rows, and TOO_LONG where csv cannot take the one after them."""
    rows: list[list[str]] = []
    try:
        rows.extend(islice(reader, BATCH_ROWS))  # what came before an error stays in the list
    except csv.Error:
        return rows, TOO_LONG
    return rows, ""


def take_end(rows: list[list[str]]) -> str:
    """Take END away from the last of some rows; return OPEN_QUOTE where it stood inside of a quotation."""
    last = rows[-1]
    if last == [END]:
        rows.pop()
    elif last and last[-1].endswith(END):
        last[-1] = last[-1].removesuffix(END)
        return OPEN_QUOTE
    return ""


def last_row(lines: Iterator[str], rows: int, delimiter: str) -> str:
    """Return both ends of what stands in some lines after so many rows."""
    deque(islice(csv.reader(lines, delimiter=delimiter), rows), maxlen=0)
    text = "".join(lines).removesuffix(END).strip("\r\n")
    return text if len(text) <= 2 * KEPT else f"{text[:KEPT]} \u2026 {text[-KEPT:]}"


def to_record(number: int, cells: list[str], header: tuple[str, ...], fault: str) -> Record:
    """Return one row as a record, with its problem if it is not whole."""
    values = dict(zip(header, cells, strict=False))
    if fault == TOO_LONG:
        return Record(number, {"row": cells[0]}, fault)
    if len(cells) < len(header):
        return Record(number, values, "row is cut off: fewer cells than the header has")
    if len(cells) > len(header):
        return Record(number, values | {"": cells[len(header) :]}, "row has more cells than the header")
    return Record(number, values, fault or None)


def first_rows(file: TextIO, delimiter: str) -> list[list[str]]:
    """Return the first HEADER_ROWS rows."""
    rows = (row for batch, _ in read_batches(read_lines(file), delimiter) for row in batch)
    return list(islice(rows, HEADER_ROWS))


def find_table(path: Path, encoding: str, is_header: IsHeader) -> Table | None:
    """Return the table whose header satisfies the test, trying every delimiter and the first HEADER_ROWS rows."""
    for delimiter in DELIMITERS:
        with open_text(path, encoding) as file:
            for row, cells in enumerate(first_rows(file, delimiter)):
                names = [cell.strip() for cell in cells]
                if is_header(frozenset(names)):
                    twice = frozenset(name for name, many in Counter(names).items() if many > 1)
                    return Table(path, encoding, delimiter, apart(names), row + 1, twice)
    return None


def apart(names: Iterable[str]) -> tuple[str, ...]:
    """Return names of columns of which no two are the same: the second ``Body`` is ``Body (2)``."""
    found = dict[str, None]()
    for name in names:
        numbered = (f"{name} ({number})".strip() for number in count(2))
        found[next(new for new in chain([name], numbered) if new not in found)] = None
    return tuple(found)


def check_once(table: Table, needed: Collection[str]) -> None:
    """Raise FileError where a column that is read stands twice: which of them is meant nobody knows."""
    if twice := sorted(table.twice.intersection(needed)):
        raise FileError(f"{table.path}: the column {', '.join(twice)} is there more than once; remove or rename one")


def first_header(path: Path, encoding: str) -> list[str]:
    """Return the widest of the first rows under the best delimiter: what a person would take for the header."""
    best: list[str] = []
    for delimiter in DELIMITERS:
        with open_text(path, encoding) as file:
            for cells in first_rows(file, delimiter):
                best = cells if len(cells) > len(best) else best
    return best


def find_json(path: Path, encoding: str) -> JsonFile | None:
    """Return the file as JSON if it begins like an array, or like an object on its first line.

    A table may begin with a bracket, too: its first cell is no JSON value.
    """
    with open_text(path, encoding) as file:
        start = file.read(1 << 16).lstrip()
    if begins_array(start):
        return JsonFile(path, encoding, lines=False)
    return JsonFile(path, encoding, lines=True) if start.startswith("{") else None


def to_records(values: Iterable[Any], first: int = 1) -> Iterator[Record]:
    """Yield JSON values as records, numbered from ``first`` on; those that are records already have their problem."""
    for number, value in enumerate(values, first):
        yield replace(value, number=number) if isinstance(value, Record) else to_object(number, value)


def to_object(number: int, value: Any) -> Record:
    """Return one JSON value as a record."""
    if isinstance(value, dict):
        return Record(number, value)
    return Record(number, {"value": value}, "not a JSON object")


def read_json_lines(file: Iterable[str]) -> Iterator[Any]:
    """Yield the value of every line; a line that is not JSON yields a record with its problem."""
    for number, line in enumerate((line for line in file if not line.isspace()), 1):
        try:
            yield read_json(line)
        except ValueError as error:
            yield Record(number, {"line": line.rstrip()}, f"line is not JSON: {getattr(error, 'msg', error)}")
        except RecursionError:
            yield Record(number, {"line": line.rstrip()}, "line is not JSON: nested too deeply")


def text_of(record: Record, key: str) -> str:
    """Return a value as stripped text that every encoder takes; a missing one is empty."""
    value = record.values.get(key)
    return "" if value is None else sound(str(value)).strip()


def shown_text(record: Record, key: str) -> str:
    """Return a text as X shows it, which writes &, < and > as entities. Raises MappingError where there is none."""
    value = html.unescape(text_of(record, key)).strip()
    if not value:
        raise MappingError(f"no {key}")
    return value


def required(record: Record, key: str) -> str:
    """Return a value as text. Raises MappingError where it is missing or empty."""
    value = text_of(record, key)
    if not value:
        raise MappingError(f"no {key}")
    return value


def check_exact(ids: Mapping[str, str]) -> None:
    """Raise MappingError where an id was rounded: many messages, or people, would become one."""
    for name, value in ids.items():
        if ROUNDED.fullmatch(value):
            raise MappingError(
                f"{name} was rounded by a spreadsheet, which keeps 15 digits of a number: export it as text"
            )


def outcomes(records: Iterable[Record], to_touch: Callable[[Record], Outcome]) -> Iterator[Outcome]:
    """Yield what becomes of every record: what ``to_touch`` makes of it, or a reject with the reason."""
    for record in records:
        try:
            yield to_touch(record) if record.problem is None else Reject(record, record.problem)
        except MappingError as error:
            yield Reject(record, str(error))
