"""What a post of X is: whose, to whom, about what, or that it is no more."""

import html
import re
from typing import Any

from pipeline.sources.about import is_about
from pipeline.sources.files import required, text_of
from pipeline.sources.x_join import mentions, references, words
from pipeline.sources.x_pages import EDITED
from pipeline.sources.xarchive import items, text_at
from pipeline.touch import Account, Brand, Gone, Kind, Mapped, MappingError, NotAbout, Outcome, Record, Touch, to_time

KINDS: dict[str, Kind] = {"replied_to": "reply", "quoted": "quote", "retweeted": "repost"}  # the first that is there


def to_touch(record: Record, brand: Brand) -> Outcome:
    """Return a post or a like as a touch. Raises MappingError where it cannot be one."""
    if "gone" in record.values:
        ids, why = tuple(f"x:{id}" for id in record.values["gone"]), required(record, "why")
        return Gone(record, ids, why, ahead=why == EDITED)  # X still shows an older version to whoever refers to it
    if "liked" in record.values:
        return like_to_touch(record, brand)
    native, author, text = required(record, "id"), required(record, "author_id"), html.unescape(words(record.values))
    if not native.isdecimal() or not text.strip():
        raise MappingError("no id" if text.strip() else "no text")
    ours, related = is_ours(author, record, brand), referred(record, brand)
    if not (ours or related or belongs(record, text, brand)):
        return NotAbout(record)
    links = references(record.values)
    touch = Touch(
        id=f"x:{native}",
        source="x",
        brand=brand.key,
        account=spoken_to(record, brand) if ours else to_account(author, record),
        direction="out" if ours else "in",
        kind=next((kind for link, kind in KINDS.items() if link in links), "mention"),
        at=to_time(text_of(record, "created_at")),
        text=text.strip(),
        public=not person(author, record).get("protected", False),
        addressed=not ours and (related or brand.has_handle_in(text)),
        conversation=f"x:{text_of(record, 'conversation_id') or native}",
        reply_to=f"x:{links['replied_to']}" if "replied_to" in links else None,
        url=f"https://x.com/i/status/{native}",
        author=person(author, record)["username"] if ours else None,
    )
    return Mapped(record, touch)


def person(id: str, record: Record) -> dict[str, Any]:
    """Return what is known of an account; nothing where X did not tell."""
    found: dict[str, Any] = record.values["people"].get(id, {})
    return found


def is_ours(id: str, record: Record, brand: Brand) -> bool:
    """Say whether an account is one of the brand's."""
    return brand.is_handle(person(id, record).get("username"))


def referred(record: Record, brand: Brand) -> bool:
    """Say whether a post answers, quotes or repeats something of the brand."""
    ids = (text_of(record, "in_reply_to_user_id"), *record.values["authors"].values())
    return any(is_ours(id, record, brand) for id in ids)


def belongs(record: Record, text: str, brand: Brand) -> bool:
    """Say whether what somebody wrote concerns the brand: by how it was found, its words and links, who answers."""
    links = [text_at(link, "expanded_url") for link in items(record.values, "entities", "urls")]
    answered = any(map(brand.is_handle, record.values["answered_by"]))
    return bool(record.values["matched"]) or answered or is_about(" ".join([text, *links]), brand)


def to_account(id: str, record: Record) -> Account:
    """Return somebody's account; handle and name as far as X told them."""
    known = person(id, record)
    handle = known.get("username")
    return Account(f"x:{id}", "x", handle, known.get("name") or handle, link=known.get("link"))


def spoken_to(record: Record, brand: Brand) -> Account | None:
    """Return whom the brand's own post is for: whom it answers, quotes or repeats, else whom it names first."""
    links, authors = references(record.values), record.values["authors"]
    ids = [text_of(record, "in_reply_to_user_id"), *(authors.get(links.get(link, ""), "") for link in KINDS)]
    other = next((id for id in ids if id and not is_ours(id, record, brand)), "")
    return to_account(other, record) if other else named_first(record, brand)


def named_first(record: Record, brand: Brand) -> Account | None:
    """Return the account that a post begins with; None where it begins with none, or with the brand."""
    found = re.match(r"(?:RT )?\.?@(\w+)", words(record.values))
    handle = found[1] if found else ""
    for each in mentions([record.values]):
        if text_at(each, "username").casefold() == handle.casefold() and not brand.is_handle(handle):
            return Account(f"x:{text_at(each, 'id')}", "x", handle, handle)
    return None


def like_to_touch(record: Record, brand: Brand) -> Outcome:
    """Return a like as a touch; X does not tell when it was given, so it is of the moment at which it was seen."""
    post, user = required(record, "liked"), required(record, "id")
    if is_ours(user, record, brand):
        return NotAbout(record)
    touch = Touch(
        id=f"x:like:{post}:{user}",
        source="x",
        brand=brand.key,
        account=to_account(user, record),
        direction="in",
        kind="like",
        at=to_time(text_of(record, "seen_at")),
        reply_to=f"x:{post}",
    )
    return Mapped(record, touch)
