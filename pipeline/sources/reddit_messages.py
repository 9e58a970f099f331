"""What a post or comment of Reddit is: whose, to whom, about what, or that it is no more."""

import re

from pipeline.sources.about import is_about
from pipeline.sources.files import required, text_of
from pipeline.touch import Account, Brand, Gone, Mapped, MappingError, NotAbout, Outcome, Record, Touch, to_time

SITE = "https://www.reddit.com"
TAKEN_BACK = {"[deleted]": "deleted by its author", "[removed]": "removed by the moderators"}


def to_touch(record: Record, brand: Brand) -> Outcome:
    """Return a post or comment as a touch. Raises MappingError where it cannot be one.

    What has lost its words or its author is gone: Reddit's terms ask to keep neither.
    """
    native = required(record, "name")
    if gone := why_gone(record):
        return Gone(record, (f"reddit:{native}",), gone)
    author, parent, text = required(record, "author"), text_of(record, "parent_id"), words(record)
    if not text:
        raise MappingError("no text")
    ours = brand.is_handle(author)
    if not (ours or record.values.get("about") or belongs(record, text, brand)):
        return NotAbout(record, f"reddit:{native}", text)
    touch = Touch(
        id=f"reddit:{native}",
        source="reddit",
        brand=brand.key,
        account=answered(record, brand) if ours else to_account(author, required(record, "author_fullname")),
        direction="out" if ours else "in",
        kind="reply" if parent else "mention",
        at=to_time(text_of(record, "created_utc")),
        text=text,
        addressed=not ours and (brand.is_handle(parent_author(record)) or is_addressed(text, brand)),
        conversation=f"reddit:{text_of(record, 'link_id') or native}",
        reply_to=f"reddit:{parent}" if parent else None,
        url=link_of(record),
        author=author if ours else None,
    )
    return Mapped(record, touch)


def why_gone(record: Record) -> str | None:
    """Return why a message is no more, if so."""
    for key in ("body", "selftext"):
        if reason := TAKEN_BACK.get(text_of(record, key)):
            return reason
    if text_of(record, "removed_by_category"):
        return (
            "deleted by its author"
            if record.values["removed_by_category"] == "deleted"
            else "removed by the moderators or by Reddit"
        )
    return "its author has left Reddit" if text_of(record, "author") == "[deleted]" else None


def words(record: Record) -> str:
    """Return title and text as they were typed, in Reddit's markup."""
    return "\n".join(filter(None, (text_of(record, key) for key in ("title", "selftext", "body"))))


def parent_author(record: Record) -> str:
    """Return whom a message answers, if that is known: of an answer to the post itself, the post's author."""
    direct = text_of(record, "parent_id") == text_of(record, "link_id")
    return text_of(record, "parent_author") or (text_of(record, "link_author") if direct else "")


def belongs(record: Record, text: str, brand: Brand) -> bool:
    """Say whether a message is to or about the brand: by its words, or by what it answers."""
    if is_about(text, brand) or is_addressed(text, brand) or brand.is_handle(parent_author(record)):
        return True
    direct = text_of(record, "parent_id") and text_of(record, "parent_id") == text_of(record, "link_id")
    return bool(direct) and is_about(text_of(record, "link_title"), brand)


def is_addressed(text: str, brand: Brand) -> bool:
    """Say whether a text calls the brand by its user name, as Reddit writes it."""
    return any(brand.is_handle(name) for name in re.findall(r"(?<![\w/])/?u/([\w-]+)", text))


def answered(record: Record, brand: Brand) -> Account | None:
    """Return the person whom the brand answers, where the id is known: names can be taken over, ids cannot."""
    name, native = text_of(record, "parent_author"), text_of(record, "parent_author_fullname")
    return to_account(name, native) if name and native and not brand.is_handle(name) else None


def to_account(name: str, native: str) -> Account:
    """Return an account."""
    return Account(f"reddit:{native}", "reddit", name, name, "bot" if name == "AutoModerator" else "person")


def link_of(record: Record) -> str | None:
    """Return the address of a message; only a path at Reddit is one."""
    path = text_of(record, "permalink")
    return f"{SITE}{path}" if path.startswith("/") else None
