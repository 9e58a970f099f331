"""Raw records out of a file, whatever its encoding, delimiter, header row or JSON shape."""

import codecs
import csv
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from charset_normalizer import from_bytes

from pipeline.touch import MappingError, Outcome, Record, Reject

HEADER_ROWS = 40  # how far down a header is looked for: suites put a block of report lines above it
DELIMITERS = (",", "\t", ";", "|")
SNIFF_BYTES = 1 << 18
FIELD_LIMIT = 10 * 1024 * 1024

csv.field_size_limit(FIELD_LIMIT)

# What is guessed among where a file is not UTF-8 or UTF-16. Few, since short texts fit many look-alikes.
OLD_ENCODINGS = ("cp1252", "cp1251", "shift_jis", "gb18030", "euc_kr", "big5")

IsHeader = Callable[[frozenset[str]], bool]


class FileError(ValueError):
    """A file as a whole cannot be read; the message names it and says what to do."""


@dataclass(frozen=True)
class Table:
    """A delimited file with its header found; iterating yields its records, any number of times."""

    path: Path
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    header_row: int

    def __iter__(self) -> Iterator[Record]:
        with open_text(self.path, self.encoding) as file:
            rows = read_rows(file, self.delimiter)
            for _ in range(self.header_row):
                next(rows)
            for number, (cells, open_quote) in enumerate(rows, 1):
                yield to_record(number, cells, self.header, open_quote)


@dataclass(frozen=True)
class JsonFile:
    """A JSON array, or JSON lines; iterating yields its objects as records."""

    path: Path
    encoding: str
    lines: bool

    def __iter__(self) -> Iterator[Record]:
        with open_text(self.path, self.encoding) as file:
            values = read_json_lines(file) if self.lines else read_json_array(file.read())
            for number, value in enumerate(values, 1):
                yield value if isinstance(value, Record) else to_object(number, value)


def open_text(path: Path, encoding: str) -> TextIO:
    """Open a file as text with its line breaks as they are; bytes that the encoding does not know become U+FFFD."""
    return path.open(encoding=encoding, errors="replace", newline="")


def read_lines(file: TextIO) -> Iterator[str]:
    """Yield lines as csv takes them: a lone carriage return inside a line, which some exports do not quote, is a space.

    In a file that knows no other line break it ends a line, as it did on old Macs.
    """
    held: list[str] = []
    old_mac = True
    for line in (line.replace("\0", "") for line in file):
        if line.endswith("\r"):
            held.append(line)
            continue
        old_mac = old_mac and not line.endswith("\n")
        yield from [*held, line] if old_mac else ["".join([*(part[:-1] + " " for part in held), line])]
        held.clear()
    yield from held


def find_encoding(path: Path) -> str:
    """Return the encoding of a file: by its byte order mark, else UTF-8 if it is, else the likeliest one.

    Raises FileError where the file cannot be read or is not text.
    """
    try:
        with path.open("rb") as file:
            start = file.read(SNIFF_BYTES)
    except OSError as error:
        raise FileError(f"{path}: {error.strerror or error}") from error
    if not start.strip():
        raise FileError(f"{path}: the file is empty")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if start[:200].count(0) > len(start[:200]) // 4:
        return "utf-16-le" if start[1:2] == b"\0" else "utf-16-be"
    return "utf-8-sig" if is_utf8(path) else guess_encoding(path, start)


def known_encoding(name: str) -> str:
    """Return an encoding that somebody chose. Raises FileError where there is none of that name."""
    try:
        return codecs.lookup(name).name
    except LookupError as error:
        raise FileError(f"--encoding {name}: no encoding of that name; try utf-8, utf-16, cp1252") from error


def is_utf8(path: Path) -> bool:
    """Say whether the whole file decodes as UTF-8; a character that is cut off at the very end is forgiven."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while block := file.read(SNIFF_BYTES):
                decoder.decode(block)
    except UnicodeDecodeError:
        return False
    return True


def guess_encoding(path: Path, start: bytes) -> str:
    """Return the likeliest of the older encodings for bytes that are not UTF-8."""
    best = from_bytes(start, cp_isolation=list(OLD_ENCODINGS)).best()
    if best is None:
        raise FileError(f"{path}: not a text file in any encoding that we know; save it as UTF-8")
    return best.encoding


def read_rows(file: TextIO, delimiter: str) -> Iterator[tuple[list[str], bool]]:
    """Yield (cells, whether the file ends inside a quotation) of every row that is not blank."""
    consumed: list[str] = []

    def lines() -> Iterator[str]:
        for line in read_lines(file):
            consumed.append(line)
            yield line

    last: list[str] | None = None
    last_lines: list[str] = []
    for cells in whole_rows(csv.reader(lines(), delimiter=delimiter)):
        if last:
            yield last, False
        last, last_lines = [cell for cell in cells if cell.strip()] and cells, consumed[:]
        consumed.clear()
    if last:
        yield last, ends_in_quotation(last_lines, delimiter)


def whole_rows(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    """Yield rows; one that csv cannot take, such as a quotation of more than FIELD_LIMIT, is a row of one cell."""
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield [f"unreadable: {error}"]


def ends_in_quotation(lines: list[str], delimiter: str) -> bool:
    """Say whether the lines of the last row open a quotation that nothing closes."""
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def to_record(number: int, cells: list[str], header: tuple[str, ...], open_quote: bool) -> Record:
    """Return one row as a record, with its problem if it is not whole."""
    values = dict(zip(header, cells, strict=False))
    if len(cells) < len(header):
        return Record(number, values, "row is cut off: fewer cells than the header has")
    if len(cells) > len(header):
        return Record(number, values | {"": cells[len(header) :]}, "row has more cells than the header")
    if open_quote:
        return Record(number, values, "row is cut off: a quotation mark is never closed")
    return Record(number, values)


def find_table(path: Path, encoding: str, is_header: IsHeader) -> Table | None:
    """Return the table whose header satisfies the test, trying every delimiter and the first HEADER_ROWS rows."""
    for delimiter in DELIMITERS:
        with open_text(path, encoding) as file:
            for row, (cells, _) in zip(range(HEADER_ROWS), read_rows(file, delimiter), strict=False):
                header = tuple(cell.strip() for cell in cells)
                if is_header(frozenset(header)):
                    return Table(path, encoding, delimiter, header, row + 1)
    return None


def first_header(path: Path, encoding: str) -> list[str]:
    """Return the widest of the first rows under the best delimiter: what a person would take for the header."""
    best: list[str] = []
    for delimiter in DELIMITERS:
        with open_text(path, encoding) as file:
            for _, (cells, _) in zip(range(HEADER_ROWS), read_rows(file, delimiter), strict=False):
                best = cells if len(cells) > len(best) else best
    return best


def find_json(path: Path, encoding: str) -> JsonFile | None:
    """Return the file as JSON if it begins like an array, or like an object on its first line."""
    with open_text(path, encoding) as file:
        start = file.read(1 << 16).lstrip()
    if start.startswith("["):
        return JsonFile(path, encoding, lines=False)
    return JsonFile(path, encoding, lines=True) if start.startswith("{") else None


def to_object(number: int, value: Any) -> Record:
    """Return one JSON value as a record."""
    if isinstance(value, dict):
        return Record(number, value)
    return Record(number, {"value": value}, "not a JSON object")


def read_json_lines(file: TextIO) -> Iterator[Any]:
    """Yield the value of every line; a line that is not JSON yields a record with its problem."""
    for number, line in enumerate((line for line in file if line.strip()), 1):
        try:
            yield json.loads(line)
        except json.JSONDecodeError as error:
            yield Record(number, {"line": line.rstrip()}, f"line is not JSON: {error.msg}")


def read_json_array(text: str) -> Iterator[Any]:
    """Yield the elements of an array one by one; where it breaks off, the rest becomes one record with its problem."""
    decoder = json.JSONDecoder()
    place = skip(text, text.index("[") + 1, " \t\r\n")
    number = 0
    while place < len(text) and text[place] != "]":
        number += 1
        try:
            value, place = decoder.raw_decode(text, place)
        except json.JSONDecodeError as error:
            yield Record(number, {"rest": text[place : place + 2000]}, f"JSON breaks off: {error.msg}")
            return
        yield value
        place = skip(text, place, " \t\r\n,")


def skip(text: str, place: int, characters: str) -> int:
    """Return the first place at or after ``place`` that holds none of the characters."""
    while place < len(text) and text[place] in characters:
        place += 1
    return place


def text_of(record: Record, key: str) -> str:
    """Return a value as stripped text; a missing one is empty."""
    value = record.values.get(key)
    return "" if value is None else str(value).strip()


def required(record: Record, key: str) -> str:
    """Return a value as text. Raises MappingError where it is missing or empty."""
    value = text_of(record, key)
    if not value:
        raise MappingError(f"no {key}")
    return value


def outcomes(records: Iterable[Record], to_touch: Callable[[Record], Outcome]) -> Iterator[Outcome]:
    """Yield what becomes of every record: what ``to_touch`` makes of it, or a reject with the reason."""
    for record in records:
        try:
            yield to_touch(record) if record.problem is None else Reject(record, record.problem)
        except MappingError as error:
            yield Reject(record, str(error))
