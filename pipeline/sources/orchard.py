"""Orchard's own JSON lines: one touch a line, every field by its own name."""

from collections.abc import Iterable, Iterator

from pipeline.sources.files import required, text_of
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
    Reject,
    Touch,
    to_time,
)

COLUMNS = frozenset({"id", "brand", "source", "direction", "kind", "at"})


def to_touches(records: Iterable[Record], brand: Brand) -> Iterator[Outcome]:
    """Yield what becomes of every line."""
    for record in records:
        try:
            yield to_touch(record, brand) if record.problem is None else Reject(record, record.problem)
        except MappingError as error:
            yield Reject(record, str(error))


def one_of(record: Record, key: str, allowed: tuple[str, ...]) -> str:
    """Return a value that is one of the allowed. Raises MappingError naming both."""
    value = required(record, key)
    if value not in allowed:
        raise MappingError(f"{key} {value[:40]!r} is none of {', '.join(allowed)}")
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
        text=text_of(record, "text"),
        public=record.values.get("public") is not False,
        addressed=record.values.get("addressed") is True,
        conversation=text_of(record, "conversation") or None,
        reply_to=text_of(record, "reply_to") or None,
        url=text_of(record, "url") or None,
        author=text_of(record, "by") or None,
    )
    return Mapped(record, touch)


def to_account(record: Record) -> Account | None:
    """Return the person's account, if the touch names one."""
    account = record.values.get("account")
    if account is None:
        return None
    if not isinstance(account, dict) or not account.get("id") or not account.get("source"):
        raise MappingError("account needs an id and a source")
    kind = account.get("kind", "person")
    if kind not in ACCOUNT_KINDS:
        raise MappingError(f"account kind {kind!r} is none of {', '.join(ACCOUNT_KINDS)}")
    return Account(
        f"{account['source']}:{account['id']}", account["source"], account.get("handle"), account.get("name"), kind
    )
