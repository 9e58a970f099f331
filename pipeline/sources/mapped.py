"""Any table or JSON file, by a mapping of touch fields to its columns."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from pipeline.sources.files import JsonFile, Table, check_exact, outcomes, text_of
from pipeline.sources.frames import Frame, Way, json_frames, table_frames
from pipeline.touch import (
    KINDS,
    MAP_FIELDS,
    MAP_NEEDED,
    OFFLINE_KINDS,
    Account,
    Brand,
    Mapped,
    MappingError,
    Outcome,
    Record,
    Touch,
    check_map,
    to_time,
)

IDS = frozenset({"id", "author", "to", "conversation", "reply_to"})


def parse_map(text: str) -> dict[str, str]:
    """Return {field: column} from ``text=Body,author=User,at=Date``. Raises ValueError naming what is wrong."""
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    if lone := [field for field, sign, _ in pairs if not sign]:
        raise ValueError(
            f"--map: no = in {lone[0].strip()!r}; a column with a comma in its name can only be given by `map` in "
            "[[sources]]"
        )
    fields = [field.strip() for field, _, _ in pairs]
    mapping = {field: column.strip() for field, (_, _, column) in zip(fields, pairs, strict=True)}
    try:
        if twice := sorted({field for field in fields if fields.count(field) > 1}):
            raise ValueError(f"{', '.join(twice)} is given twice; a field has one column")
        check_map(mapping)
    except ValueError as error:
        raise ValueError(f"--map: {error}") from error
    return mapping


def to_touches(
    records: Iterable[Record], brand: Brand, mapping: Mapping[str, str], named: str = "file"
) -> Iterator[Outcome]:
    """Return what becomes of every row."""
    return outcomes(records, lambda record: to_touch(record, brand, mapping, named))


def in_bulk(file: Table | JsonFile, brand: Brand, mapping: Mapping[str, str], named: str = "file") -> Way:
    """Return how a file is mapped many rows at once."""
    paths = {field: (column,) for field, column in mapping.items()}
    if isinstance(file, Table):
        frames: Iterator[Frame] = map(as_text, table_frames(file, mapping))
    else:
        frames = json_frames(file, paths, pa.schema([(column, pa.string()) for column in set(mapping.values())]))
    return Way(
        sql=Path(__file__).with_suffix(".sql"),
        frames=(with_nothing(frame, set(MAP_FIELDS).difference(mapping)) for frame in frames),
        to_outcome=lambda record: to_touch(record, brand, mapping, named),
        values={"brand": brand.key, "named": named, "kinds": KINDS, "unseen": ("message", *OFFLINE_KINDS)},
        paths=paths,
        day_first=file.dates.day_first,
    )


def as_text(frame: Frame) -> Frame:
    """Return a frame of a table, of which every value is text."""
    return replace(frame, columns=frame.columns.append_column("textual", pa.repeat(True, frame.columns.num_rows)))


def with_nothing(frame: Frame, fields: Iterable[str]) -> Frame:
    """Return a frame with a column for each of the fields that the map does not have, with nothing in it."""
    columns = frame.columns
    for field in fields:
        columns = columns.append_column(field, pa.nulls(columns.num_rows, pa.string()))
    return replace(frame, columns=columns)


def to_touch(record: Record, brand: Brand, mapping: Mapping[str, str], named: str = "file") -> Mapped:
    """Return one row as a touch. Raises MappingError with the reason where it cannot be one.

    A row is *out* where its direction says so, or where its author is the brand; whom it speaks to is then ``to``.
    Without an id a row is known by its author, time and text.
    """
    for field, column in mapping.items():
        if isinstance(record.values.get(column), dict | list):
            raise MappingError(f"{field} is no text, but several values (column {column})")
    value = {field: text_of(record, column) for field, column in mapping.items()}
    for field in MAP_NEEDED:
        if not value[field]:
            raise MappingError(f"no {field} (column {mapping[field]})")
    check_exact({f"{field} (column {mapping[field]})": value[field] for field in IDS.intersection(mapping)})
    if not value["author"].removeprefix("@"):
        raise MappingError(f"no author (column {mapping['author']})")
    try:
        at = to_time(value["at"], record.day_first)
    except MappingError as error:
        raise MappingError(f"{error} (column {mapping['at']})") from None
    source = value.get("source", "").casefold() or named
    kind = value.get("kind", "").casefold() or ("reply" if value.get("reply_to") else "mention")
    direction = value.get("direction", "").casefold() or ("out" if brand.is_called(value["author"]) else "in")
    if kind not in KINDS:
        raise MappingError(f"kind is none of {', '.join(KINDS)} (column {mapping['kind']})")
    if direction not in ("in", "out"):
        raise MappingError(f"direction is neither in nor out (column {mapping['direction']})")
    person = value.get("to") if direction == "out" else value["author"]
    person = None if person == "@" else person  # that is nobody
    native = (
        value.get("id")
        or hashlib.sha256("\0".join((value["author"], at.isoformat(), value["text"])).encode()).hexdigest()[:20]
    )
    touch = Touch(
        id=f"{source}:{native}",
        source=source,
        brand=brand.key,
        account=to_account(person, value.get("name") if direction == "in" else None, source) if person else None,
        direction="out" if direction == "out" else "in",
        kind=kind,  # type: ignore[arg-type]  # checked above
        at=at,
        text=value["text"],
        public=kind not in ("message", *OFFLINE_KINDS),
        addressed=direction == "in" and (kind in ("message", *OFFLINE_KINDS) or brand.is_addressed(value["text"])),
        conversation=f"{source}:{value.get('conversation') or native}",
        reply_to=f"{source}:{value['reply_to']}" if value.get("reply_to") else None,
        url=value.get("url") or None,
        author=value["author"] if direction == "out" else None,
    )
    return Mapped(record, touch)


def to_account(person: str, name: str | None, source: str) -> Account:
    """Return the account of a person by handle."""
    handle = person.removeprefix("@")
    return Account(f"{source}:{handle.casefold()}", source, handle, name or handle)
