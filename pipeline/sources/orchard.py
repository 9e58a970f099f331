"""Orchard's own JSON lines: one touch a line, every field by its own name."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa

from pipeline.sources.files import JsonFile, outcomes, required, text_of
from pipeline.sources.frames import Way, json_frames
from pipeline.touch import (
    ACCOUNT_KINDS,
    KINDS,
    Account,
    Brand,
    Mapped,
    MappingError,
    NotAbout,
    Outcome,
    Record,
    Touch,
    to_time,
)

COLUMNS = frozenset({"id", "brand", "source", "direction", "kind", "at"})

FIELDS = (
    *("id", "brand", "source", "direction", "kind", "at", "text", "public", "addressed"),
    *("conversation", "reply_to", "url", "by", "account"),
)
ACCOUNT_FIELDS = ("id", "source", "handle", "name", "kind", "link", "email", "verified")
FLAGS = frozenset({"public", "addressed", "verified"})
ACCOUNT_TYPE = pa.struct([(name, pa.bool_() if name in FLAGS else pa.string()) for name in ACCOUNT_FIELDS])
SCHEMA = pa.schema(
    [(name, pa.bool_() if name in FLAGS else pa.string()) for name in FIELDS[:-1]] + [("account", ACCOUNT_TYPE)]
)
NULL_KIND = re.compile(rb'"kind"\s*:\s*null')
LETTER = re.compile(rb"\\u00[67]")


def has_odd_kind(block: bytes) -> bool:
    """Say whether a kind may be null, which is no kind, where one that is not there means a person.

    A letter of the name may be written as \\u006b, too. To look for the two one after the other is ten times faster.
    """
    return bool(NULL_KIND.search(block)) or (b"\\u00" in block and bool(LETTER.search(block)))


def to_touches(records: Iterable[Record], brand: Brand) -> Iterator[Outcome]:
    """Return what becomes of every line."""
    return outcomes(records, lambda record: to_touch(record, brand))


def in_bulk(file: JsonFile, brand: Brand) -> Way:
    """Return how a file is mapped many lines at once."""
    paths: dict[str, tuple[str, ...]] = {field: (field,) for field in FIELDS}
    paths |= {f"account_{field}": ("account", field) for field in ACCOUNT_FIELDS}
    return Way(
        sql=Path(__file__).with_suffix(".sql"),
        frames=json_frames(file, paths, SCHEMA, has_odd_kind),
        to_outcome=lambda record: to_touch(record, brand),
        values={"brand": brand.key, "kinds": KINDS, "account_kinds": ACCOUNT_KINDS},
        paths=paths,
        as_is=frozenset({"text", "account_kind"}),
    )


def one_of(record: Record, key: str, allowed: tuple[str, ...]) -> str:
    """Return a value that is one of the allowed. Raises MappingError naming both."""
    value = required(record, key)
    if value not in allowed:
        raise MappingError(f"{key} is none of {', '.join(allowed)}")
    return value


def to_touch(record: Record, brand: Brand) -> Mapped | NotAbout:
    """Return one line as a touch. Raises MappingError with the reason where it cannot be one."""
    direction, kind = one_of(record, "direction", ("in", "out")), one_of(record, "kind", KINDS)
    native, source, at = required(record, "id"), required(record, "source"), to_time(text_of(record, "at"))
    if not brand.is_called(required(record, "brand")):
        return NotAbout(record)
    touch = Touch(
        id=f"{source}:{native}",
        source=source,
        brand=brand.key,
        account=to_account(record),
        direction="out" if direction == "out" else "in",
        kind=kind,  # type: ignore[arg-type]  # checked above
        at=at,
        text=str(record.values.get("text") or ""),  # as it is: an export must come back to the letter
        public=to_flag(record, "public", True),
        addressed=to_flag(record, "addressed", False),
        conversation=text_of(record, "conversation") or None,
        reply_to=text_of(record, "reply_to") or None,
        url=text_of(record, "url") or None,
        author=text_of(record, "by") or None,
    )
    return Mapped(record, touch)


def to_flag(record: Record, key: str, otherwise: bool) -> bool:
    """Return true or false. Raises MappingError for anything else: "false" in quotes must not make a touch public."""
    value = record.values.get(key)
    if value is not None and not isinstance(value, bool):
        raise MappingError(f"{key} is neither true nor false")
    return otherwise if value is None else value


def to_account(record: Record) -> Account | None:
    """Return the person's account, if the touch names one."""
    account = record.values.get("account")
    if account is None:
        return None
    if not isinstance(account, dict) or not account.get("id") or not account.get("source"):
        raise MappingError("account needs an id and a source")
    kind = account.get("kind", "person")
    if kind not in ACCOUNT_KINDS:
        raise MappingError(f"account kind is none of {', '.join(ACCOUNT_KINDS)}")
    inner = Record(record.number, account)
    source, handle, name = (text_of(inner, key) for key in ("source", "handle", "name"))
    link, email, verified = text_of(inner, "link"), text_of(inner, "email"), account.get("verified")
    if verified is not None and not isinstance(verified, bool):
        raise MappingError("account verified is neither true nor false")
    account_id = f"{source}:{text_of(inner, 'id')}"
    return Account(account_id, source, handle or None, name or None, kind, link or None, email or None, verified)
