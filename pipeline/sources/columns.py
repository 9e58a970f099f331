"""Columns by any of their names: what a product calls a field differs by year, by report and by spelling."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from pipeline.sources.files import text_of
from pipeline.touch import Record

Column = str | tuple[str, ...]  # a column that must be there, or several of which one must be


@lru_cache(4096)
def spelt(column: str) -> str:
    """Return a column's name as it is compared: lower case, single spaces, no byte order mark."""
    return " ".join(column.replace("\ufeff", "").replace("_", " ").split()).casefold()


def are_there(needed: Iterable[Column], columns: Iterable[str]) -> bool:
    """Say whether all needed columns are among those of a file."""
    there = {spelt(column) for column in columns}
    return all(any(spelt(name) in there for name in names_of(column)) for column in needed)


def names_of(column: Column) -> tuple[str, ...]:
    """Return the names that a column may have."""
    return (column,) if isinstance(column, str) else column


def words(needed: Iterable[Column]) -> str:
    """Return needed columns as they are told to a person."""
    return ", ".join(sorted(" or ".join(names_of(column)) for column in needed))


def read_fields(record: Record, names: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Return each field as text from the first of its columns that is there and filled, else empty."""
    columns = {spelt(column): column for column in record.values if isinstance(column, str)}
    return {field: first_filled(record, columns, aliases) for field, aliases in names.items()}


def first_filled(record: Record, columns: Mapping[str, str], aliases: Iterable[str]) -> str:
    """Return the first value that is not empty among the columns of these names."""
    found = (text_of(record, columns[spelt(name)]) for name in aliases if spelt(name) in columns)
    return next((value for value in found if value), "")
