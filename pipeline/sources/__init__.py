"""Every source by name, and which one a file is."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.sources import (
    airline,
    brandwatch,
    dialogues,
    fourcat,
    mapped,
    meltwater,
    orchard,
    packed,
    sprout,
    talkwalker,
    twcs,
    xarchive,
)
from pipeline.sources.archive import Archive, files_in, is_archive, list_names, open_archive
from pipeline.sources.columns import Column, are_there, names_of, spelt, words
from pipeline.sources.dates import check_doubt, with_order
from pipeline.sources.encodings import decodes, find_encoding, known_encoding
from pipeline.sources.files import (
    FileError,
    IsHeader,
    JsonFile,
    Table,
    check_once,
    find_json,
    find_table,
    first_header,
)
from pipeline.sources.frames import Way
from pipeline.sources.kinds import check_text, is_gzip, is_workbook
from pipeline.touch import MAP_NEEDED, Brand, Dates, Outcome, Record

ToTouches = Callable[[Iterable[Record], Brand], Iterator[Outcome]]

# Name -> (the columns by which a file of it is recognised, what turns its records into touches). The first match wins.
# The archive of X is no table: it is recognised by being a zip or a folder.
SOURCES: Mapping[str, tuple[frozenset[Column], ToTouches]] = {
    "twcs": (twcs.COLUMNS, twcs.to_touches),
    "airline": (airline.COLUMNS, airline.to_touches),
    "dialogues": (dialogues.COLUMNS, dialogues.to_touches),
    "orchard": (orchard.COLUMNS, orchard.to_touches),
    "fourcat": (fourcat.COLUMNS, fourcat.to_touches),
    "brandwatch": (brandwatch.COLUMNS, brandwatch.to_touches),
    "meltwater": (meltwater.COLUMNS, meltwater.to_touches),
    "sprout": (sprout.COLUMNS, sprout.to_touches),
    "talkwalker": (talkwalker.COLUMNS, talkwalker.to_touches),
    "xarchive": (frozenset({"data/account.js", "data/tweets.js"}), xarchive.to_touches),
}

# These look over the whole file before they map a row of it: for threads, or for who has which number. A row alone
# would become another touch than in its file.
WHOLE = frozenset({"twcs", "dialogues", "fourcat", "brandwatch", "xarchive"})

# These read columns by their exact names, as programs write them; people's exports are read whatever the case.
EXACT = frozenset({"twcs", "airline", "dialogues", "orchard"})

Records = Table | JsonFile | Archive

NAME, MOST_NAMED = 40, 60  # characters of the name of a column, and columns, that a message has room for
FIRST_OBJECTS = 100  # that are looked at to know a JSON file by: a single one may lack what the others have


def recognise(columns: frozenset[str], wanted: str = "auto") -> str | None:
    """Return the source whose columns are all there, among all of them or the wanted one only."""
    known = (name for name in SOURCES if wanted in ("auto", name))
    return next((name for name in known if is_of(name, columns)), None)


def is_of(name: str, columns: frozenset[str]) -> bool:
    """Say whether the columns of a source are all there."""
    needed = SOURCES[name][0]
    return columns.issuperset(needed) if name in EXACT else are_there(needed, columns)


@contextmanager
def opened(
    path: Path,
    wanted: str = "auto",
    mapping: Mapping[str, str] | None = None,
    encoding: str | None = None,
    direct_messages: bool = False,
    dates: Dates = "",
    *,
    beside: Path,
    sheet: str = "",
) -> Iterator[tuple[str, Records, str]]:
    """Yield (name of the source, records, words on the sheet) of a file, also where it is packed.

    A workbook, or what gzip or a zip has packed, lies as a plain file in the folder ``beside`` as long as this is open.
    Raises FileError as open_file does, and where what is packed is damaged, encrypted or too large.
    """
    if is_workbook(path):
        with packed.place_beside(beside) as place:
            found = packed.read_sheets(path, place)
            taken, words = packed.choose(path, found, sheet, lambda csv: is_one(csv, wanted, mapping))
            with packed.named(path, taken.path, taken.name):
                name, table = open_text_file(taken.path, wanted, mapping, packed.ENCODING)
                yield name, with_order(with_seen(table, taken.numbers()), name, mapping, dates), words
    elif is_gzip(path):
        with packed.place_beside(beside) as place, packed.named(path, plain := packed.unpack(path, place)):
            yield *open_file(plain, wanted, mapping, encoding, direct_messages, dates), ""
    elif names := files_in(path):
        with packed.place_beside(beside) as place, packed.named(path, plain := packed.unzip(path, names, place)):
            yield *open_file(plain, wanted, mapping, encoding, direct_messages, dates), ""
    else:
        yield *open_file(path, wanted, mapping, encoding, direct_messages, dates), ""


def is_one(csv: Path, wanted: str, mapping: Mapping[str, str] | None) -> bool:
    """Say whether a sheet is a table of the wanted shape, or has the mapped columns."""
    return find_table(csv, packed.ENCODING, is_header(wanted, mapping)) is not None


def with_seen(table: Table | JsonFile, numbers: NDArray[np.int64]) -> Table | JsonFile:
    """Return a table of a sheet, of which all rows have such numbers, with those of the rows after its header."""
    return replace(table, seen=numbers[table.header_row :]) if isinstance(table, Table) else table


def is_header(wanted: str, mapping: Mapping[str, str] | None) -> IsHeader:
    """Return what says whether columns are those of a known shape, or hold the mapped ones."""
    if mapping:
        return frozenset(mapping.values()).issubset
    return lambda columns: recognise(columns, wanted) is not None


def open_file(
    path: Path,
    wanted: str = "auto",
    mapping: Mapping[str, str] | None = None,
    encoding: str | None = None,
    direct_messages: bool = False,
    dates: Dates = "",
) -> tuple[str, Records]:
    """Return (name of the source, records) of a file; encoding and order of dates are found out where none is given.

    ``direct_messages``: those of an archive of X are wanted, too.
    Raises FileError where the file is of no shape that we know, its dates are in two orders, or told one in vain.
    """
    if is_archive(path):
        if mapping or wanted not in ("auto", "xarchive"):
            list_names(path)  # says what is no archive at all
            advice = "--watch takes in its files" if path.is_dir() else "unpack it first"
            raise FileError(f"{path}: a zip or folder can only be an archive of X, and has no --map; {advice}")
        archive = open_archive(path, direct_messages)
        check_doubt(path, "xarchive", dates)
        return "xarchive", archive
    check_text(path)
    encoding = known_encoding(encoding) if encoding else find_encoding(path)
    name, file = open_text_file(path, wanted, mapping, encoding)
    return name, with_order(file, name, mapping, dates)


def open_text_file(
    path: Path, wanted: str, mapping: Mapping[str, str] | None, encoding: str
) -> tuple[str, Table | JsonFile]:
    """Return (name of the source, records) of a table or JSON file. Raises FileError where it is of no known shape."""
    file = find_json(path, encoding)
    if mapping:
        return "mapped", open_mapped(path, encoding, file, mapping)
    if wanted == "mapped":
        raise FileError(f"{path}: the format `mapped` needs --map, such as --map text=Body,author=User,at=Date")
    found = open_json(file, wanted) if file else open_table(path, encoding, wanted)
    if found is None:
        raise unknown(path, first_keys(file) if file else first_header(path, encoding), wanted)
    return found


def lost_bytes(path: Path, encoding: str) -> str:
    """Return words on bytes of a file that its encoding does not know; empty where there are none."""
    try:
        if is_archive(path) or decodes(path, encoding, to_the_end=True):
            return ""
    except OSError:  # it was moved away meanwhile: it is imported all the same
        return ""
    return f"some bytes are no {encoding.removesuffix('-sig')}, and became \ufffd"


def open_json(file: JsonFile, wanted: str) -> tuple[str, Table | JsonFile] | None:
    """Return the source and the file if one of its first objects is of a shape that we know."""
    names = (recognise(frozenset(keys), wanted) for keys in first_objects(file))
    name = next((name for name in names if name), None)
    return (name, file) if name else None


def first_objects(file: JsonFile) -> list[list[str]]:
    """Return the keys of each of the first sound objects of a JSON file."""
    return [list(record.values) for record in islice((row for row in file if row.problem is None), FIRST_OBJECTS)]


def first_keys(file: JsonFile) -> list[str]:
    """Return the keys of the first sound objects together: what a person would take for the columns."""
    return list(dict.fromkeys(chain.from_iterable(first_objects(file))))


def open_table(path: Path, encoding: str, wanted: str) -> tuple[str, Table | JsonFile] | None:
    """Return the source and the table if one of its first rows is a header that we know."""
    table = find_table(path, encoding, is_header(wanted, None))
    if table is None:
        return None
    name = recognise(frozenset(table.header), wanted) or wanted
    needed = {spelt(each) for column in SOURCES[name][0] for each in names_of(column)}
    check_once(table, [column for column in table.twice if spelt(column) in needed])
    return name, table


def open_mapped(path: Path, encoding: str, file: JsonFile | None, mapping: Mapping[str, str]) -> Table | JsonFile:
    """Return a file of which only the mapped columns matter; the objects of a JSON file may lack those not needed."""
    if file:
        needed, columns = {mapping[field] for field in MAP_NEEDED}, first_keys(file)
        found: Table | JsonFile | None = file if any(map(needed.issubset, first_objects(file))) else None
    else:
        needed, columns = set(mapping.values()), first_header(path, encoding)
        found = find_table(path, encoding, is_header("mapped", mapping))
        if found:
            check_once(found, needed)
    if found is None:
        missing = ", ".join(sorted(needed - {column.strip() for column in columns}))
        raise FileError(f"{path}: no column {missing}; it has {listed(columns)}")
    return found


def listed(columns: Sequence[str]) -> str:
    """Return columns as a message names them: where a file is no table, all of it may stand in one."""
    names = [" ".join(column[:NAME].split()) + "…" * (len(column) > NAME) for column in columns[:MOST_NAMED]]
    return ", ".join(names) + f" and {len(columns) - MOST_NAMED} more" * (len(columns) > MOST_NAMED)


def unknown(path: Path, columns: list[str], wanted: str) -> FileError:
    """Return the error for a file of no known shape, saying what was found and what to do."""
    shapes = "; ".join(f"{name}: {words(needed)}" for name, (needed, _) in SOURCES.items())
    what = "of no format that we know" if wanted == "auto" else f"not of the format {wanted}"
    return FileError(
        f"{path}: {what}. Its columns: {listed(columns) or 'none found'}. "
        f"Name them with --map text=...,author=...,at=... Known formats: {shapes}"
    )


def to_touches(
    name: str, records: Iterable[Record], brand: Brand, mapping: Mapping[str, str] | None = None, source: str = "file"
) -> Iterator[Outcome]:
    """Yield what becomes of every record; ``source`` names where the rows of a mapped file come from."""
    return mapped.to_touches(records, brand, mapping, source) if mapping else SOURCES[name][1](records, brand)


def known_columns() -> list[str]:
    """Return what the columns of all formats are called, as `spelt` compares them; others may be somebody's words."""
    named = {name for needed, _ in SOURCES.values() for column in needed for name in names_of(column)}
    return sorted({spelt(name) for name in named.union(orchard.FIELDS)})


def find_way(
    name: str, records: Records, brand: Brand, mapping: Mapping[str, str] | None = None, source: str = "file"
) -> Way | None:
    """Return how a file is mapped many rows at once, if its source knows a way."""
    if mapping and isinstance(records, Table | JsonFile):
        return mapped.in_bulk(records, brand, mapping, source)
    if name == "twcs" and isinstance(records, Table) and twcs.COLUMNS.issubset(records.header):
        return twcs.in_bulk(records, brand)
    if name == "orchard" and isinstance(records, JsonFile):
        return orchard.in_bulk(records, brand)
    return None
