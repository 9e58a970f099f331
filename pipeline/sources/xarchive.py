"""What an archive of X holds, as touches: the company's own posts and answers, and direct messages both ways."""

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.sources.archive import Archive
from pipeline.sources.files import FileError
from pipeline.sources.network import outcome
from pipeline.touch import Account, Brand, Kind, Mapped, MappingError, NotAbout, Outcome, Record, Touch, to_time

POST_LINK = re.compile(r"https?://(?:www\.|mobile\.)?(?:twitter|x)\.com/(\w+)/status/\d+")
REPOST = re.compile(r"RT @(\w+):")


@dataclass
class Book:
    """What only the whole archive tells: which post answers which, who has which number, which posts are replaced."""

    parents: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    handles: dict[str, str] = field(default_factory=dict)
    replaced: set[str] = field(default_factory=set)

    def root(self, post: str) -> str:
        """Return the first post of a thread, as far back as the archive knows."""
        seen = {post}
        while (parent := self.parents.get(post)) and parent not in seen:
            seen.add(parent)
            post = parent
        return post

    def learn(self, number: str, handle: str) -> None:
        """Take in that an account has this number and handle."""
        if number and handle:
            self.numbers[handle.casefold()] = number
            self.handles[number] = handle


def to_touches(records: Iterable[Record], brand: Brand) -> Iterator[Outcome]:
    """Return what becomes of every record; they are read twice: first for threads and numbers, then for the touches.

    Raises FileError where the archive is of an account that is not the brand.
    """
    book = Book()
    for record in records:
        handle = record.values["owner"]["username"]
        if not brand.is_called(handle):
            place = f"{records.path}: " if isinstance(records, Archive) else ""
            raise FileError(
                f"{place}the archive is of @{handle}, which is no handle of {brand.name}; "
                f"add it to handles in brand.toml, or import with --brand {handle}"
            )
        note(record, book)
    return (outcome(record, brand, lambda record, brand: to_touch(record, brand, book)) for record in records)


def note(record: Record, book: Book) -> None:
    """Take one post into the book, as far as it is of the form that we know."""
    tweet = record.values.get("tweet")
    if not isinstance(tweet, dict):
        return
    number, parent = text_at(tweet, "id_str"), text_at(tweet, "in_reply_to_status_id_str")
    if number and parent:
        book.parents[number] = parent
    book.learn(text_at(tweet, "in_reply_to_user_id_str"), text_at(tweet, "in_reply_to_screen_name"))
    for person in items(tweet, "entities", "user_mentions"):
        book.learn(text_at(person, "id_str"), text_at(person, "screen_name"))
    versions = [str(version) for version in items(tweet, "edit_info", "initial", "editTweetIds")]
    if number and number in versions:
        book.replaced.update(versions[: versions.index(number)])


def text_at(values: Any, key: str) -> str:
    """Return a value of an object as text; empty where it is missing or no plain value."""
    value = values.get(key) if isinstance(values, dict) else None
    return str(value) if isinstance(value, str | int) else ""


def items(values: Any, *path: str) -> list[Any]:
    """Return the list at the end of a path of keys; empty where there is none."""
    for key in path:
        values = values.get(key) if isinstance(values, dict) else None
    return values if isinstance(values, list) else []


def to_touch(record: Record, brand: Brand, book: Book) -> Outcome:
    """Return one record as a touch. Raises MappingError with the reason where it cannot be one."""
    if "tweet" in record.values:
        return post_to_touch(record, brand, book)
    if "messageCreate" in record.values:
        return message_to_touch(record, brand, book)
    return NotAbout(record)  # somebody joined, left, reacted or renamed the conversation


def post_to_touch(record: Record, brand: Brand, book: Book) -> Mapped:
    """Return a post of the company as a touch *out*, with whom it answers, repeats, quotes or names first."""
    tweet, owner = record.values["tweet"], record.values["owner"]
    number, text = text_at(tweet, "id_str") or text_at(tweet, "id"), tweet.get("full_text") or tweet.get("text")
    if not number.isdecimal():
        raise MappingError("no id")
    if number in book.replaced:
        raise MappingError("replaced by an edited version, which the archive holds, too")
    if not isinstance(text, str) or not text.strip():
        raise MappingError("no text")
    kind, other, handle = relation(tweet, text)
    parent = text_at(tweet, "in_reply_to_status_id_str")
    touch = Touch(
        id=f"x:{number}",
        source="x",
        brand=brand.key,
        account=to_account(other, handle, owner, book),
        direction="out",
        kind=kind,
        at=to_time(text_at(tweet, "created_at")),
        text=html.unescape(text).strip(),
        conversation=f"x:{book.root(number)}",
        reply_to=f"x:{parent}" if parent else None,
        url=f"https://x.com/i/status/{number}",
        author=owner["username"],
    )
    return Mapped(record, touch)


def relation(tweet: Mapping[str, Any], text: str) -> tuple[Kind, str, str]:
    """Return what a post is to another, and number and handle of the other's author, as far as the post tells."""
    if found := REPOST.match(text):
        return "repost", "", found[1]
    number, handle = text_at(tweet, "in_reply_to_user_id_str"), text_at(tweet, "in_reply_to_screen_name")
    if number or handle or text_at(tweet, "in_reply_to_status_id_str"):
        return "reply", number, handle
    links = (POST_LINK.match(text_at(link, "expanded_url")) for link in items(tweet, "entities", "urls"))
    if quoted := next((link for link in links if link), None):
        return "quote", "", quoted[1]
    named = re.match(r"\.?@(\w+)", text)
    return "mention", "", named[1] if named else ""


def to_account(number: str, handle: str, owner: Mapping[str, str], book: Book) -> Account | None:
    """Return the account of a person by number where the archive knows it; None for nobody and for the owner."""
    number = number or book.numbers.get(handle.casefold(), "")
    handle = handle or book.handles.get(number, "")
    if not (number or handle) or number == owner["accountId"] or handle.casefold() == owner["username"].casefold():
        return None
    return Account(f"x:{number or handle.casefold()}", "x", handle or None, handle or None)


def message_to_touch(record: Record, brand: Brand, book: Book) -> Mapped:
    """Return a direct message as a private touch; in a group, what the company says is to nobody in particular."""
    message, owner = record.values["messageCreate"], record.values["owner"]
    number, sender, recipient = (text_at(message, key) for key in ("id", "senderId", "recipientId"))
    if not number or not sender:
        raise MappingError("message without id or sender")
    ours = sender == owner["accountId"]
    text = text_at(message, "text").strip()
    touch = Touch(
        id=f"x:{number}",
        source="x",
        brand=brand.key,
        account=to_account(recipient if ours else sender, "", owner, book),
        direction="out" if ours else "in",
        kind="message",
        at=to_time(text_at(message, "createdAt")),
        text=text,
        public=False,
        addressed=not ours and (bool(recipient) or brand.is_addressed(text)),
        conversation=f"x:dm:{text_at(record.values, 'conversationId') or number}",
        author=owner["username"] if ours else None,
    )
    return Mapped(record, touch)
