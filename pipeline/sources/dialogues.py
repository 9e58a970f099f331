"""The shape of the Twitter customer care dialogues (IBM): an object a conversation, the last answer in ``agentURL``."""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipeline.touch import (
    Account,
    Brand,
    Mapped,
    MappingError,
    NotAbout,
    Outcome,
    Record,
    Reject,
    Touch,
    first_name,
    to_time,
)

COLUMNS = frozenset({"agentURL", "dialogContent", "dialogHeader"})

X_EPOCH_MS = 1288834974657  # the zero of the clock inside the ids of X (snowflake)


@dataclass(frozen=True)
class Turn:
    """One message of a dialogue."""

    record: Record
    author: str
    is_agent: bool
    tweet: str
    text: str
    at: datetime


def to_touches(records: Iterable[Record], brand: Brand) -> Iterator[Outcome]:
    """Yield what becomes of every *message*; a dialogue that is broken as a whole is one reject."""
    number = 0
    for record in records:
        for outcome in to_outcomes(record, brand, number):
            number = outcome.record.number
            yield outcome


def to_outcomes(record: Record, brand: Brand, before: int) -> list[Outcome]:
    """Return what becomes of one dialogue, its messages numbered on from ``before``."""
    if record.problem:
        return [Reject(Record(before + 1, record.values, record.problem), record.problem)]
    try:
        company = str(record.values["dialogHeader"]["company"])
        session = str(record.values["dialogHeader"]["sessionID"])
        raw = [*record.values["dialogContent"], last_answer(record.values["agentURL"], company)]
    except (KeyError, TypeError) as error:
        return [Reject(Record(before + 1, record.values), f"dialogue without {error}")]
    turns = [to_turn(Record(before + i, message)) for i, message in enumerate(raw, 1)]
    about = brand.is_called(company) or any(
        isinstance(t, Turn) and t.is_agent and brand.is_called(t.author) for t in turns
    )
    return [turn if isinstance(turn, Reject) else to_touch(turn, turns, session, brand, about) for turn in turns]


def last_answer(answer: dict[str, Any], company: str) -> dict[str, Any]:
    """Return the closing message, which the data set keeps apart without a time, in the form of the others.

    Its time is the one inside its id.
    """
    tweet = str(answer["tweet_ID"])
    known = re.fullmatch(r"[0-9]{10,19}", tweet)
    at = datetime.fromtimestamp(((int(tweet) >> 22) + X_EPOCH_MS) / 1000, UTC) if known else None
    text = {"agent": company, "message": answer["url_utterance"], "tweet_ID": tweet}
    return text | {"datetime": at.isoformat() if at else ""}


def to_turn(record: Record) -> Turn | Reject:
    """Return one message, or the reason why it is none."""
    values = record.values
    if not isinstance(values, dict):
        return Reject(Record(record.number, {"value": values}), "message is not a JSON object")
    speaker = next((key for key in values if key.startswith(("client", "agent"))), None)
    try:
        if speaker is None or not values[speaker]:
            raise MappingError("no client or agent")
        if not values.get("message") or not values.get("tweet_ID"):
            raise MappingError("no message or tweet_ID")
        at = to_time(str(values.get("datetime") or ""))
    except MappingError as error:
        return Reject(record, str(error))
    return Turn(
        record, str(values[speaker]), speaker.startswith("agent"), str(values["tweet_ID"]), str(values["message"]), at
    )


def to_touch(turn: Turn, turns: list[Turn | Reject], session: str, brand: Brand, about: bool) -> Mapped | NotAbout:
    """Return one message as a touch of its conversation."""
    if not about:
        return NotAbout(turn.record)
    earlier = [t for t in turns if isinstance(t, Turn) and t.at <= turn.at and t is not turn]
    before = max(earlier, key=lambda t: t.at, default=None)
    ours = turn.is_agent and brand.is_called(turn.author)
    person = first_name(turn.text) if ours else turn.author
    account = (
        Account(f"x:{person.casefold()}", "x", person, person, "person" if ours or not turn.is_agent else "brand")
        if person
        else None
    )
    touch = Touch(
        id=f"x:{turn.tweet}",
        source="x",
        brand=brand.key,
        account=account,
        direction="out" if ours else "in",
        kind="reply" if before else "mention",
        at=turn.at,
        text=html.unescape(turn.text),
        addressed=not ours and (brand.is_addressed(turn.text) or brand.is_called(before.author if before else None)),
        conversation=f"x:dialogue:{session}",
        reply_to=f"x:{before.tweet}" if before else None,
        url=f"https://x.com/i/status/{turn.tweet}",
        author=turn.author if ours else None,
    )
    return Mapped(turn.record, touch)
