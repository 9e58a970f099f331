"""Rows of a file as columns of text, many at once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.sources.files import Batch, JsonFile, Table
from pipeline.touch import Outcome, Record

FRAME_ROWS = 50_000
SLICE_ROWS = 500  # few enough that Python's collector seldom looks at them
SPACES = "".join(c for c in map(chr, range(0x3001)) if c.isspace())  # all that str.strip() takes away

Cells = list[str | None]


@dataclass(frozen=True)
class Frame:
    """Rows that follow each other.

    ``columns``: the ``number`` of each row, and of a table the text of each field, of a JSON file the ``payload``: all
    of it as JSON. ``cells`` are all cells of each row of a table, under ``header``. ``record`` returns one row, counted
    from 0, as a record. ``odd`` are the rows that have no place in columns.
    """

    columns: pa.Table
    record: Callable[[int], Record]
    odd: Sequence[Record] = ()
    cells: pa.Array | None = None
    header: tuple[str, ...] = ()


@dataclass(frozen=True)
class Slice:
    """Some rows of a JSON file: those that are a frame's columns, and those that have no place there."""

    columns: pa.Table
    odd: Sequence[Record]


@dataclass(frozen=True)
class Way:
    """How the rows of a file are mapped many at once: by ``sql`` with ``values``, else one by one by ``to_outcome``.

    ``paths``: where in a JSON object each field is. The SQL gets every field as text and, by the name with ``_type``,
    its type in JSON, and ``textual``: whether all of them are text, whole numbers or nothing.
    """

    sql: Path
    frames: Iterable[Frame]
    to_outcome: Callable[[Record], Outcome]
    values: Mapping[str, Any]
    paths: Mapping[str, str] = field(default_factory=dict)


def table_frames(table: Table, fields: Mapping[str, str]) -> Iterator[Frame]:
    """Yield a table as frames; ``fields``: column by field. Of two columns of one name the last counts."""
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
        cells = pa.array(list(chain.from_iterable(batch.rows[place] for place in whole)), pa.string())
    except UnicodeEncodeError:  # half a character pair, which some encodings can hold
        return [], pa.array([], pa.string()), list(batch)
    odd = set(range(len(batch.rows))).difference(whole)
    return [batch.number + place for place in whole], cells, [batch.record(place) for place in sorted(odd)]


def row_of(numbers: pa.Array, cells: pa.Array, header: tuple[str, ...], place: int) -> Record:
    """Return one row of a frame as a record."""
    return Record(numbers[place].as_py(), dict(zip(header, cells[place].as_py(), strict=True)))


def json_frames(file: JsonFile) -> Iterator[Frame]:
    """Yield a JSON file as frames."""
    records = iter(file)
    slices = iter(lambda: json_slice(list(islice(records, SLICE_ROWS))), None)
    for parts in grouped(slices, lambda part: part.columns.num_rows + len(part.odd)):
        columns = pa.concat_tables([part.columns for part in parts]).combine_chunks()
        yield Frame(
            columns=columns,
            record=lambda place, c=columns: row_of_json(c, place),  # type: ignore[misc]
            odd=[record for part in parts for record in part.odd],
        )


def json_slice(records: Sequence[Record]) -> Slice | None:
    """Return number and payload of some records, None where there are none."""
    if not records:
        return None
    payload = [None if record.problem else to_json(record.values) for record in records]
    whole = [(record.number, kept) for record, kept in zip(records, payload, strict=True) if kept is not None]
    numbers, texts = zip(*whole, strict=True) if whole else ((), ())
    columns = pa.table({"number": pa.array(numbers, pa.int64()), "payload": pa.array(texts, pa.string())})
    return Slice(columns, [record for record, kept in zip(records, payload, strict=True) if kept is None])


def row_of_json(columns: pa.Table, place: int) -> Record:
    """Return one row of a frame as a record; nothing was lost, since JSON was written of what had been JSON."""
    return Record(columns["number"][place].as_py(), orjson.loads(columns["payload"][place].as_py()))


def to_json(values: Mapping[str, Any]) -> str | None:
    """Return values as JSON, or None where the fast writer does not take them: long numbers, half character pairs."""
    try:
        return orjson.dumps(values).decode()
    except orjson.JSONEncodeError:
        return None


def to_path(*keys: str) -> str:
    """Return a JSON pointer to a value inside of objects."""
    return "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in keys)


def to_texts(values: Sequence[Any]) -> pa.Array:
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
