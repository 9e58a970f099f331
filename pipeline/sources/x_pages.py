"""An answer of X as a page of records: posts, those around them, what is no more, and what all of it costs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pipeline.source_settings import XSource
from pipeline.sources.network import Page, to_records
from pipeline.sources.x_bill import bill, priced
from pipeline.sources.x_errors import not_documented, shorten
from pipeline.sources.x_join import joined, spelt, to_book, with_protected
from pipeline.sources.xarchive import text_at
from pipeline.touch import parse_time

MOST_NOTES = 3
DELETED = "deleted by its author"
EDITED = "replaced by an edited version"
FIELDS = {
    "tweet": {
        "tweet.fields": "author_id,conversation_id,created_at,edit_history_tweet_ids,entities,in_reply_to_user_id,"
        "note_tweet,referenced_tweets",
        "expansions": "author_id,referenced_tweets.id",
    },
    "post": {
        "post.fields": "conversation_id,created_at,entities,id,note_post,text",
        "expansions": "author_id,referenced_posts",
    },
}
USER_FIELDS = "entities,name,protected,username"


@dataclass(frozen=True)
class Reading:
    """How the answers to one question are to be taken; ``about`` is what messages call the question.

    ``price`` is of one post, in USD. ``matched``: each post is what was asked for, so that it concerns the brand.
    ``names``: what answers a post with one of these words concerns it, too. ``handles``: the brand's, by id, as far as
    they are known from before. ``as_user``: asked with the keys of the user, to whom X shows what others may not see.
    """

    settings: XSource
    about: str
    price: float
    matched: bool = False
    names: tuple[str, ...] = ()
    handles: Mapping[str, str] = field(default_factory=dict)
    as_user: bool = False


def fields(settings: XSource) -> dict[str, str]:
    """Return the parameters that ask for what the mapping needs, in the spelling of the settings."""
    return FIELDS[settings.fields] | {"user.fields": USER_FIELDS}


def dearest_page(settings: XSource, price: float) -> float:
    """Return the most that one page can cost in USD: each post may answer one, quote one, and have its own author."""
    return settings.page_size * (price + 2 * settings.price_post + settings.price_user)


def to_page(answer: Mapping[str, Any], reading: Reading, memory: Mapping[str, Any]) -> Page:
    """Return an answer as a page; its memory is the given one with what was paid for. Raises SourceError."""
    included = answer.get("includes", {})
    if not isinstance(included, dict):
        raise not_documented(reading.about, billed=True)
    posts, users = listed(answer.get("data"), reading), listed(included.get("users"), reading)
    around = [post for post in listed(spelt(included, "posts"), reading) if not is_among(post, posts)]
    book = to_book(posts, around, users, reading.handles, reading.names)
    book = with_protected(book, around, reading.handles) if reading.as_user else book
    values = [joined(post, book, reading.matched) for post in posts]
    values += [joined(post, book, False) for post in around]
    lost, notes = problems(listed(answer.get("errors"), reading))
    prices = priced(around, "p", reading.settings.price_post) | priced(users, "u", reading.settings.price_user)
    cost, billed = bill(prices | priced(posts, "p", reading.price), memory.get("billed"))
    moments = [moment for post in posts if (moment := moment_of(post))]
    return Page(
        to_records([*(version for value in values for version in versions(value)), *lost]),
        max(moments, default=None),
        min(moments, default=None),
        cost=cost,
        notes=notes,
        memory={**memory, "billed": billed},
    )


def listed(values: Any, reading: Reading) -> list[Any]:
    """Return what should be a list, or missing. Raises SourceError where it is anything else."""
    if values is None:
        return []
    if not isinstance(values, list):
        raise not_documented(reading.about, billed=True)
    return values


def is_among(post: Any, posts: list[Any]) -> bool:
    """Say whether a post is one of others."""
    return any(text_at(post, "id") == text_at(other, "id") for other in posts)


def moment_of(post: Any) -> datetime | None:
    """Return when a post was written, if it says so soundly."""
    return parse_time(text_at(post, "created_at"))


def versions(values: Any) -> Iterator[Any]:
    """Yield a post, and that its older versions are no more; an older version itself is only that."""
    history = values.get("edit_history_post_ids") if isinstance(values, dict) else None
    older = [id for id in history[:-1] if isinstance(id, str)] if isinstance(history, list) else []
    if not older or text_at(values, "id") not in older:
        yield values
    if older:
        yield to_gone(older, EDITED)


def to_gone(ids: list[str], why: str) -> dict[str, Any]:
    """Return the record that says that posts are no more."""
    return {"gone": ids, "why": why}


def problems(errors: list[Any]) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """Return records of deleted posts, and words about all else that X did not show beside what it did."""
    deleted = [id for error in errors if (id := deleted_id(error))]
    others = {
        shorten(f"X: {text_at(error, 'title')}: {text_at(error, 'detail')}"): None
        for error in errors
        if not deleted_id(error)
    }
    more = (f"X: {len(others) - MOST_NOTES} further partial errors",) if len(others) > MOST_NOTES else ()
    return [to_gone([id], DELETED) for id in dict.fromkeys(deleted)], (*list(others)[:MOST_NOTES], *more)


def deleted_id(error: Any) -> str:
    """Return the id of a post that X says does not exist; empty for every other partial error."""
    found = text_at(error, "type").endswith("/resource-not-found") and text_at(error, "resource_type")
    id = text_at(error, "resource_id") or text_at(error, "value")
    return id if found in ("post", "tweet") and id.isdecimal() else ""
