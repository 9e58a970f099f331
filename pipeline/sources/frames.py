"""Rows of a file as columns of text, many at once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.sources.files import Batch, JsonFile, Table
from pipeline.touch import Outcome, Record

FRAME_ROWS = 50_000
SPACES = "".join(c for c in map(chr, range(0x3001)) if c.isspace())  # all that str.strip() takes away

Cells = list[str | None]


@dataclass(frozen=True)
class Frame:
    """Rows that follow each other.

    ``columns``: the ``number`` of each row and the text of each field, null where it has none. ``cells`` are all cells of
    each row of a table, under ``header``; ``payload`` are the rows of any other file as JSON. ``record`` returns one row,
    counted from 0, as a record. ``odd`` are the rows that have no place in columns.
    """

    columns: pa.Table
    record: Callable[[int], Record]
    odd: Sequence[Record] = ()
    payload: pa.Array | None = None
    cells: pa.Array | None = None
    header: tuple[str, ...] = ()


@dataclass(frozen=True)
class Way:
    """How the rows of a file are mapped many at once: by ``sql`` with ``values``, else one by one by ``to_outcome``."""

    sql: Path
    frames: Iterable[Frame]
    to_outcome: Callable[[Record], Outcome]
    values: Mapping[str, Any]


def table_frames(table: Table, fields: Mapping[str, str]) -> Iterator[Frame]:
    """Yield a table as frames; ``fields`` are the columns of the file by field. Of two columns of one name the last counts."""
    places = {column: place for place, column in enumerate(table.header)}
    for batches in grouped(table.batches(), lambda batch: len(batch.rows)):
        split = [sound_rows(batch) for batch in batches]
        numbers = pa.array([number for part, _, _ in split for number in part], pa.int64())
        cells = pa.FixedSizeListArray.from_arrays(pa.concat_arrays([flat for _, flat, _ in split]), len(table.header))
        columns = {field: pc.list_element(cells, places[column]) for field, column in fields.items()}
        yield Frame(
            columns=pa.table({"number": numbers, **columns}),
            record=lambda place, n=numbers, c=cells: row_of(n, c, table.header, place),  # type: ignore[misc]
            odd=[record for _, _, odd in split for record in odd],
            cells=cells,
            header=table.header,
        )


def sound_rows(batch: Batch) -> tuple[list[int], pa.Array, list[Record]]:
    """Return the numbers and, one after the other, the cells of the rows that are whole; and the others as records."""
    width, last = len(batch.header), len(batch.rows) - 1 if batch.open_quote else -1
    whole = [place for place, row in enumerate(batch.rows) if len(row) == width and place != last]
    try:
        cells = pa.array([cell for place in whole for cell in batch.rows[place]], pa.string())
    except UnicodeEncodeError:  # half a character pair, which some encodings can hold
        return [], pa.array([], pa.string()), list(batch)
    odd = set(range(len(batch.rows))).difference(whole)
    return [batch.number + place for place in whole], cells, [batch.record(place) for place in sorted(odd)]


def row_of(numbers: pa.Array, cells: pa.Array, header: tuple[str, ...], place: int) -> Record:
    """Return one row of a frame as a record."""
    return Record(numbers[place].as_py(), dict(zip(header, cells[place].as_py(), strict=True)))


def json_frames(
    file: JsonFile, fields: Sequence[str], to_cells: Callable[[Mapping[str, Any]], list[Any] | None]
) -> Iterator[Frame]:
    """Yield a JSON file as frames; ``to_cells`` returns the value of every field, or None where an object is odd."""
    for records in grouped(file, lambda record: 1):
        rows, kept, odd = list[list[Any]](), list[Record](), list[Record]()
        payload = list[str]()
        for record in records:
            cells = None if record.problem else to_cells(record.values)
            kept_as = None if cells is None else to_json(record.values)
            if cells is None or kept_as is None:
                odd.append(record)
            else:
                rows.append(cells)
                kept.append(record)
                payload.append(kept_as)
        columns = [to_texts([row[place] for row in rows]) for place in range(len(fields))]
        numbers = pa.array([record.number for record in kept], pa.int64())
        yield Frame(
            columns=pa.table([numbers, *columns], names=["number", *fields]),
            record=kept.__getitem__,
            odd=odd,
            payload=pa.array(payload, pa.string()),
        )


def to_json(values: Mapping[str, Any]) -> str | None:
    """Return values as JSON, or None where the fast writer does not take them: long numbers, half character pairs."""
    try:
        return orjson.dumps(values).decode()
    except orjson.JSONEncodeError:
        return None


def to_texts(values: list[Any]) -> pa.Array:
    """Return values of one field as a column of text, as files.text_of reads each."""
    try:
        return pa.array(values, pa.string())
    except (pa.ArrowTypeError, pa.ArrowInvalid):
        return pa.array([None if value is None else str(value) for value in values], pa.string())


def grouped(items: Iterable[Any], size: Callable[[Any], int]) -> Iterator[list[Any]]:
    """Yield items in lists of FRAME_ROWS rows or a little more."""
    held, rows = list[Any](), 0
    for item in items:
        held.append(item)
        rows += size(item)
        if rows >= FRAME_ROWS:
            yield held
            held, rows = [], 0
    if held:
        yield held
