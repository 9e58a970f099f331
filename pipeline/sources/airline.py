"""The shape of the US airline sentiment data set: one row a tweet to an airline."""

from collections.abc import Iterable, Iterator

from pipeline.sources.files import outcomes, required, shown_text, text_of
from pipeline.touch import Account, Brand, Mapped, MappingError, NotAbout, Outcome, Record, Touch, to_time

COLUMNS = frozenset({"tweet_id", "airline", "name", "text", "tweet_created"})


def to_touches(records: Iterable[Record], brand: Brand) -> Iterator[Outcome]:
    """Return what becomes of every row."""
    return outcomes(records, lambda record: to_touch(record, brand))


def to_touch(record: Record, brand: Brand) -> Mapped | NotAbout:
    """Return one row as a touch. Raises MappingError with the reason where it cannot be one."""
    tweet, name = required(record, "tweet_id"), required(record, "name")
    if not tweet.isdigit():
        raise MappingError("tweet_id is not a number")
    text, at = shown_text(record, "text"), to_time(text_of(record, "tweet_created"), record.day_first)
    if not brand.is_called(required(record, "airline")):
        return NotAbout(record)
    touch = Touch(
        id=f"x:{tweet}",
        source="x",
        brand=brand.key,
        account=Account(f"x:{name.casefold()}", "x", name, name),
        direction="in",
        kind="mention",
        at=at,
        text=text,
        addressed=brand.is_addressed(text),
        conversation=f"x:{tweet}",
        url=f"https://x.com/i/status/{tweet}",
    )
    return Mapped(record, touch)
