"""Rows of a file as columns of text, many at once."""

import codecs
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.sources.arrow_csv import read_columns
from pipeline.sources.arrow_json import read_lines
from pipeline.sources.files import SPACES, Batch, JsonFile, Table, read_json_lines, to_records
from pipeline.sources.json_values import read_json
from pipeline.touch import Outcome, Record

FRAME_ROWS = 50_000
SLICE_ROWS = 500  # few enough that Python's collector seldom looks at them
BLOCK = 1 << 24  # bytes of lines of JSON
Keys = tuple[str, ...]


@dataclass(frozen=True)
class Frame:
    """Rows that follow each other.

    ``columns``: the ``number`` of each row, and of a table the text of each field, of a JSON file the ``payload``: all
    of it as JSON, and perhaps the fields already. ``cells`` are all cells of each row of a table, under ``header``.
    ``record`` returns one row, counted from 0, as a record. ``odd`` are the rows that have no place in columns.
    """

    columns: pa.Table
    record: Callable[[int], Record]
    odd: Sequence[Record] = ()
    cells: pa.Table | None = None
    header: tuple[str, ...] = ()


@dataclass(frozen=True)
class Slice:
    """Some rows of a JSON file: those that are a frame's columns, and those that have no place there."""

    columns: pa.Table
    odd: Sequence[Record]


@dataclass(frozen=True)
class Way:
    """How the rows of a file are mapped many at once: by ``sql`` with ``values``, else one by one by ``to_outcome``.

    ``paths``: the keys under which each field is in a JSON object. The SQL gets every field as text, without the white
    space around it unless it is ``as_is``, and, by the name with ``_type``, its type in JSON, and ``textual``: whether
    all of them are text, whole numbers or nothing. ``day_first`` is what is known of the dates of the file.
    """

    sql: Path
    frames: Iterable[Frame]
    to_outcome: Callable[[Record], Outcome]
    values: Mapping[str, Any]
    paths: Mapping[str, Keys] = field(default_factory=dict)
    as_is: frozenset[str] = frozenset()
    day_first: bool | None = None


def table_frames(table: Table, fields: Mapping[str, str]) -> Iterator[Frame]:
    """Yield a table as frames; ``fields``: column by field, each without the white space around it."""
    taken = 0
    for cells in read_columns(table):
        if cells is None:
            yield from careful_frames(table, fields, taken)
        else:
            yield to_frame(table, fields, row_numbers(taken, cells.num_rows), cells)
            taken += cells.num_rows


def careful_frames(table: Table, fields: Mapping[str, str], taken: int) -> Iterator[Frame]:
    """Yield a table as frames, without its first rows that were ``taken`` already, as csv reads it."""
    for batches in grouped(later_batches(table, taken), lambda batch: len(batch.rows)):
        split = [sound_rows(batch) for batch in batches]
        numbers = pa.array([number for part, _, _ in split for number in part], pa.int64())
        flat = pa.concat_arrays([cells for _, cells, _ in split])
        width = len(table.header)
        rows = pa.FixedSizeListArray.from_arrays(flat, width)
        cells = pa.table({str(place): pc.list_element(rows, place) for place in range(width)})
        yield to_frame(table, fields, numbers, cells, [record for _, _, odd in split for record in odd])


def later_batches(table: Table, taken: int) -> Iterator[Batch]:
    """Yield the rows of a table after the first so many."""
    for batch in table.batches():
        skipped = max(0, taken + 1 - batch.number)
        if skipped < len(batch.rows):
            yield replace(batch, number=batch.number + skipped, rows=batch.rows[skipped:])


def to_frame(
    table: Table, fields: Mapping[str, str], numbers: pa.Array, cells: pa.Table, odd: Sequence[Record] = ()
) -> Frame:
    """Return rows of a table as a frame."""
    places = {column: place for place, column in enumerate(table.header)}
    columns = {field: pc.utf8_trim(cells[places[column]], SPACES) for field, column in fields.items()}
    return Frame(
        columns=pa.table({"number": numbers, **columns}),
        record=lambda place: row_of(numbers, cells, table.header, place),
        odd=odd,
        cells=cells,
        header=table.header,
    )


def sound_rows(batch: Batch) -> tuple[list[int], pa.Array, list[Record]]:
    """Return the numbers and, one after the other, the cells of the rows that are whole; and the others as records."""
    width, last = len(batch.header), len(batch.rows) - 1 if batch.fault else -1
    whole = [place for place, row in enumerate(batch.rows) if len(row) == width and place != last]
    try:
        cells = pa.array(list(chain.from_iterable(batch.rows[place] for place in whole)), pa.string())
    except UnicodeEncodeError:  # half a character pair, which some encodings can hold
        return [], pa.array([], pa.string()), list(batch)
    odd = set(range(len(batch.rows))).difference(whole)
    return [batch.number + place for place in whole], cells, [batch.record(place) for place in sorted(odd)]


def row_of(numbers: pa.Array, cells: pa.Table, header: tuple[str, ...], place: int) -> Record:
    """Return one row of a frame as a record."""
    values = (column[place].as_py() for column in cells.columns)
    return Record(numbers[place].as_py(), dict(zip(header, values, strict=True)))


def json_frames(
    file: JsonFile, paths: Mapping[str, Keys], fields: pa.Schema, doubtful: Callable[[bytes], bool] | None = None
) -> Iterator[Frame]:
    """Yield a JSON file as frames; ``fields`` and ``doubtful`` are those of arrow_json.read_lines."""
    if not file.lines or file.encoding != "utf-8-sig":
        yield from record_frames(iter(file))
        return
    taken = 0
    for block in read_blocks(file.path):
        found = read_lines(block, fields, doubtful)
        if found is None:
            frames = record_frames(block_records(block, taken + 1))
        else:
            frames = iter([line_frame(*found, paths, taken)])
        for frame in frames:
            yield frame
            taken += frame.columns.num_rows + len(frame.odd)


def read_blocks(path: Path) -> Iterator[bytes]:
    """Yield the whole lines of a file in UTF-8, some BLOCK bytes of them at a time."""
    with path.open("rb") as file:
        if file.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
            file.seek(0)
        while block := file.read(BLOCK):
            yield block + file.readline()


def block_records(block: bytes, first: int) -> Iterator[Record]:
    """Return the lines of a block as records, numbered from ``first`` on."""
    text = io.StringIO(block.decode("utf-8", "replace"), newline="")
    return to_records(read_json_lines(text), first)


def line_frame(found: pa.Table, lines: pa.Array, paths: Mapping[str, Keys], taken: int) -> Frame:
    """Return objects whose fields were read as a frame, with what bulk.with_fields adds to others."""
    columns = {"number": row_numbers(taken, found.num_rows), "payload": lines}
    for name, keys in paths.items():
        column = pc.struct_field(found[keys[0]], keys[1:]) if keys[1:] else found[keys[0]]
        nested = pa.types.is_struct(column.type)
        columns[name] = pa.nulls(len(column), pa.string()) if nested else column.cast(pa.string())
        columns[f"{name}_type"] = types_of(column)
    frame = pa.table({**columns, "textual": pa.repeat(True, found.num_rows)})
    return Frame(columns=frame, record=lambda place: row_of_json(frame, place))


JSON_TYPES = {pa.string(): "VARCHAR", pa.bool_(): "BOOLEAN", pa.int64(): "BIGINT"}


def types_of(column: pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Return the type in JSON of every value, as DuckDB's json_type names it, null where there is none."""
    name = JSON_TYPES.get(column.type, "OBJECT")
    if column.null_count == len(column):
        return pa.nulls(len(column), pa.string())
    return pc.if_else(pc.is_valid(column), name, pa.scalar(None, pa.string()))


def row_numbers(taken: int, rows: int) -> pa.Array:
    """Return the numbers of so many rows, after those that were taken."""
    return pa.array(np.arange(taken + 1, taken + 1 + rows))


def record_frames(records: Iterator[Record]) -> Iterator[Frame]:
    """Yield records of a JSON file as frames."""
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
    return Record(columns["number"][place].as_py(), read_json(columns["payload"][place].as_py()))


def to_json(values: Mapping[str, Any]) -> str | None:
    """Return values as JSON, or None where the fast writer does not take them: long numbers, half character pairs."""
    try:
        return orjson.dumps(values).decode()
    except orjson.JSONEncodeError:
        return None


def to_path(keys: Keys) -> str:
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
