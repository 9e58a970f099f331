"""Every source by name, and which one a file is."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from pipeline.sources import airline, dialogues, mapped, orchard, twcs
from pipeline.sources.files import (
    FileError,
    JsonFile,
    Table,
    find_encoding,
    find_json,
    find_table,
    first_header,
    known_encoding,
)
from pipeline.touch import MAP_NEEDED, Brand, Outcome, Record

ToTouches = Callable[[Iterable[Record], Brand], Iterator[Outcome]]

# Name -> (the columns by which a file of it is recognised, what turns its records into touches). The first match wins.
SOURCES: Mapping[str, tuple[frozenset[str], ToTouches]] = {
    "twcs": (twcs.COLUMNS, twcs.to_touches),
    "airline": (airline.COLUMNS, airline.to_touches),
    "dialogues": (dialogues.COLUMNS, dialogues.to_touches),
    "orchard": (orchard.COLUMNS, orchard.to_touches),
}


def recognise(columns: frozenset[str], wanted: str = "auto") -> str | None:
    """Return the source whose columns are all there, among all of them or the wanted one only."""
    names = SOURCES if wanted == "auto" else {wanted: SOURCES[wanted]}
    return next((name for name in names if SOURCES[name][0] <= columns), None)


def open_file(
    path: Path, wanted: str = "auto", mapping: Mapping[str, str] | None = None, encoding: str | None = None
) -> tuple[str, Table | JsonFile]:
    """Return (name of the source, records) of a file; its encoding is found out where none is given.

    Raises FileError where the file is of no shape that we know.
    """
    encoding = known_encoding(encoding) if encoding else find_encoding(path)
    file = find_json(path, encoding)
    if mapping:
        return "mapped", open_mapped(path, encoding, file, mapping)
    if wanted == "mapped":
        raise FileError(f"{path}: the format `mapped` needs --map, such as --map text=Body,author=User,at=Date")
    found = open_json(file, wanted) if file else open_table(path, encoding, wanted)
    if found is None:
        raise unknown(path, first_record(file) if file else first_header(path, encoding), wanted)
    return found


def open_json(file: JsonFile, wanted: str) -> tuple[str, Table | JsonFile] | None:
    """Return the source and the file if its first object is of a shape that we know."""
    name = recognise(frozenset(first_record(file)), wanted)
    return (name, file) if name else None


def first_record(file: JsonFile) -> list[str]:
    """Return the keys of the first sound object of a JSON file."""
    return next((list(record.values) for record in file if record.problem is None), [])


def open_table(path: Path, encoding: str, wanted: str) -> tuple[str, Table | JsonFile] | None:
    """Return the source and the table if one of its first rows is a header that we know."""
    table = find_table(path, encoding, lambda columns: recognise(columns, wanted) is not None)
    if table is None:
        return None
    return recognise(frozenset(table.header), wanted) or wanted, table


def open_mapped(path: Path, encoding: str, file: JsonFile | None, mapping: Mapping[str, str]) -> Table | JsonFile:
    """Return a file of which only the mapped columns matter; the objects of a JSON file may lack those not needed."""
    if file:
        needed, columns = {mapping[field] for field in MAP_NEEDED}, first_record(file)
        found: Table | JsonFile | None = file if needed <= set(columns) else None
    else:
        needed, columns = set(mapping.values()), first_header(path, encoding)
        found = find_table(path, encoding, frozenset(needed).issubset)
    if found is None:
        missing = ", ".join(sorted(needed - {column.strip() for column in columns}))
        raise FileError(f"{path}: no column {missing}; it has {', '.join(columns)}")
    return found


def unknown(path: Path, columns: list[str], wanted: str) -> FileError:
    """Return the error for a file of no known shape, saying what was found and what to do."""
    shapes = "; ".join(f"{name}: {', '.join(sorted(needed))}" for name, (needed, _) in SOURCES.items())
    what = "of no format that we know" if wanted == "auto" else f"not of the format {wanted}"
    return FileError(
        f"{path}: {what}. Its columns: {', '.join(columns) or 'none found'}. "
        f"Name them with --map text=...,author=...,at=... Known formats: {shapes}"
    )


def to_touches(
    name: str, records: Iterable[Record], brand: Brand, mapping: Mapping[str, str] | None = None, source: str = "file"
) -> Iterator[Outcome]:
    """Yield what becomes of every record; ``source`` names where the rows of a mapped file come from."""
    return mapped.to_touches(records, brand, mapping, source) if mapping else SOURCES[name][1](records, brand)
