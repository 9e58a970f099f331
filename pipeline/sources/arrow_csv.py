"""Rows of a table in UTF-8 as columns of text, as csv reads them, but many times faster."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from pipeline.sources.files import END, FIELD_LIMIT, SPACES, Table, is_plain

BLOCK = FIELD_LIMIT // 2  # bytes, some 35,000 rows; Arrow takes no row that is longer than two of them


@dataclass(frozen=True)
class Ended:
    """A file, and after it one row more, which shows whether the last quotation is closed."""

    file: BinaryIO
    last: BinaryIO
    closed: bool = False

    def read(self, size: int) -> bytes:
        """Return up to so many bytes."""
        return self.file.read(size) or self.last.read(size)


def read_columns(table: Table) -> Iterator[pa.Table | None]:
    """Yield the rows after the header, their cells as text in columns 0, 1 ...; at last None unless all were read.

    Where a file has a row that is not whole, or one that Arrow may take for another one than csv does, nothing is
    yielded from its block on. Such are null characters and carriage returns inside of lines; that quotations are read
    alike is held by tests/test_arrow_files.py.
    """
    if table.encoding != "utf-8-sig" or not is_plain(table.path, table.encoding):
        yield None
        return
    held, skipped = None, table.header_row
    try:
        for batch in batches(table):
            if held is not None and held.num_rows:
                yield held
            whole = without_blank(pa.Table.from_batches([batch]))
            held, skipped = whole.slice(skipped), max(0, skipped - whole.num_rows)
    except pa.ArrowInvalid:
        pass
    else:
        if held is not None and held.num_rows and held[0][-1].as_py() == END:
            if held.num_rows > 1:
                yield held.slice(0, held.num_rows - 1)
            return
    yield None


def batches(table: Table) -> Iterator[pa.RecordBatch]:
    """Yield all rows of a file, the header's too, and then one of END. Raises ArrowInvalid where a row is not whole."""
    names = [str(place) for place in range(len(table.header))]
    last = "\n" + table.delimiter.join([END] * len(names)) + "\n"
    with table.path.open("rb") as file:
        yield from pa_csv.open_csv(
            pa.PythonFile(Ended(file, io.BytesIO(last.encode())), mode="r"),
            # one thread: others only wait for it, since rows are cut one after the other
            read_options=pa_csv.ReadOptions(column_names=names, use_threads=False, block_size=BLOCK),
            parse_options=pa_csv.ParseOptions(delimiter=table.delimiter, newlines_in_values=True),
            convert_options=pa_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
        )


def without_blank(rows: pa.Table) -> pa.Table:
    """Return rows without those of which every cell is empty or white space."""
    blank = pa.repeat(True, rows.num_rows)
    for column in rows.columns:
        blank = pc.and_(blank, pc.equal(pc.utf8_trim(column, SPACES), ""))
        if not pc.any(blank).as_py():  # most often so after the first column
            return rows
    return rows.filter(pc.invert(blank))
