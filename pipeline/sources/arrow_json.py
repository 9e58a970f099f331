"""Lines of JSON as columns, as Python's readers of JSON read them, but many times faster."""

import re
from collections.abc import Callable

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pa_json

DEEP = 500  # values inside of values: fewer than any reader of JSON can take
LONG = "[0-9]{1000}"  # digits: fewer than Python takes
# What Arrow reads otherwise than we do: words for what is no number.
NO_NUMBER = re.compile(rb"[:,\[\s]-?(?:NaN|Inf)")


def read_lines(
    block: bytes, fields: pa.Schema, doubtful: Callable[[bytes], bool] | None = None
) -> tuple[pa.Table, pa.Array] | None:
    """Return the ``fields`` of whole lines of JSON objects, and each line as it is.

    A field that a line does not have, or that is null in it, is null. Where one of text is a whole number in the first
    line, all of it are. None where any of the lines is no object, may be read otherwise than by json_values.read_json,
    or has a field of another type; or where it is ``doubtful`` for another reason.
    """
    if b"\r" in block or b"\0" in block or (doubtful and doubtful(block)):
        return None
    if (b"NaN" in block or b"Inf" in block) and NO_NUMBER.search(block):
        return None
    try:
        lines = split(block)
        if not all_objects(lines) or too_much(lines):
            return None
        found = parsed(block, with_numbers(fields, lines))
    except pa.ArrowInvalid:
        return None
    return (found, lines) if found.num_rows == len(lines) else None


def split(block: bytes) -> pa.Array:
    """Return the lines of a block that are not empty. Raises ArrowInvalid where one is not UTF-8.

    The bytes between line breaks are one text after the other already: only where each begins has to be told.
    """
    breaks = np.flatnonzero(np.frombuffer(block, np.uint8) == ord("\n"))
    borders = np.concatenate([[0], breaks - np.arange(len(breaks)), [len(block) - len(breaks)]])
    borders = borders[np.append(True, np.diff(borders) > 0)]  # an empty line begins where it ends
    texts = pa.py_buffer(block.replace(b"\n", b""))
    lines = pa.LargeStringArray.from_buffers(len(borders) - 1, pa.py_buffer(borders), texts)
    lines.validate(full=True)
    return lines.cast(pa.string())


def all_objects(lines: pa.Array) -> bool:
    """Say whether every line begins and ends as an object does, so that none goes on in the next line."""
    return bool(pc.all(pc.and_(pc.starts_with(lines, "{"), pc.ends_with(lines, "}"))).as_py())


def too_much(lines: pa.Array) -> bool:
    """Say whether values may lie DEEP inside of each other, or a number be LONG: Python takes neither."""
    long = lines.filter(pc.greater_equal(pc.binary_length(lines), 2 * DEEP))
    open_brackets = pc.add(pc.count_substring(long, "["), pc.count_substring(long, "{"))
    odd = pc.or_(pc.greater(open_brackets, DEEP), pc.match_substring_regex(long, LONG))
    return bool(pc.any(odd).as_py())


def with_numbers(fields: pa.Schema, lines: pa.Array) -> pa.Schema:
    """Return the fields, but whole numbers for those of text that are such in the first line, as ids often are."""
    try:
        first = orjson.loads(lines[0].as_py()) if len(lines) else {}
    except orjson.JSONDecodeError:
        return fields
    numbers = {key for key, value in first.items() if type(value) is int}
    return pa.schema([(f.name, pa.int64() if f.name in numbers and f.type == pa.string() else f.type) for f in fields])


def parsed(block: bytes, fields: pa.Schema) -> pa.Table:
    """Return the fields of JSON objects. Raises ArrowInvalid where one is not sound, or has a field of another type."""
    options = pa_json.ParseOptions(explicit_schema=fields, unexpected_field_behavior="ignore")
    size = pa_json.ReadOptions(use_threads=False, block_size=len(block) + 1)
    return pa_json.read_json(pa.BufferReader(block), read_options=size, parse_options=options)
