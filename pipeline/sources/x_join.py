"""Posts as they are kept: each with what the rest of its answer tells of its people and of what it refers to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipeline.sources.about import is_about
from pipeline.sources.xarchive import items, text_at
from pipeline.touch import Brand

KEPT = ("id", "text", "author_id", "created_at", "conversation_id", "in_reply_to_user_id", "entities")
SPELT = ("note_post", "referenced_posts", "edit_history_post_ids")  # or with "tweet" for "post"


@dataclass(frozen=True)
class Book:
    """What a whole answer tells: people by id, authors of posts, who answers a post, which ones are about the brand."""

    people: Mapping[str, Mapping[str, Any]]
    authors: Mapping[str, str]
    answered_by: Mapping[str, Sequence[str]]
    about: frozenset[str]


def spelt(post: Mapping[str, Any], key: str) -> Any:
    """Return a value by its newer name, else by its older one: X says both post and tweet."""
    value = post.get(key)
    return post.get(key.replace("post", "tweet")) if value is None else value


def references(post: Any) -> dict[str, str]:
    """Return the posts that a post refers to: kind of reference -> id."""
    found = spelt(post, "referenced_posts") if isinstance(post, dict) else None
    return {text_at(each, "type"): text_at(each, "id") for each in found} if isinstance(found, list) else {}


def to_book(
    posts: Sequence[Any], around: Sequence[Any], users: Sequence[Any], handles: Mapping[str, str], names: Sequence[str]
) -> Book:
    """Return what posts, the posts around them and users tell; ``handles`` by id are known from before."""
    every = [post for post in (*posts, *around) if isinstance(post, dict)]
    people: dict[str, Mapping[str, Any]] = {id: {"username": handle} for id, handle in handles.items()}
    people |= {text_at(each, "id"): {"username": text_at(each, "username")} for each in mentions(every)}
    people |= {text_at(user, "id"): profile(user) for user in users if isinstance(user, dict)}
    answered_by: dict[str, list[str]] = {}
    for post in posts:
        handle = people.get(text_at(post, "author_id"), {}).get("username")
        if handle and (parent := references(post).get("replied_to")):
            answered_by.setdefault(parent, []).append(handle)
    brand = Brand("", "", terms=tuple(names))
    about = frozenset(text_at(post, "id") for post in every if names and is_about(words(post), brand))
    return Book(people, {text_at(post, "id"): text_at(post, "author_id") for post in every}, answered_by, about)


def with_protected(book: Book, around: Sequence[Any], own: Mapping[str, str]) -> Book:
    """Return the book with those as protected of whom it is not known: X does not tell the authors of posts around.

    ``own`` are the brand's own handles by id.
    """
    authors = {text_at(post, "author_id") for post in around} - {"", *own}
    doubtful = {id: {"protected": True, **book.people.get(id, {})} for id in authors}
    return replace(book, people={**book.people, **doubtful})


def mentions(posts: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Return every mention of an account that tells id and handle."""
    found = [each for post in posts for each in items(post, "entities", "mentions")]
    return [each for each in found if text_at(each, "id") and text_at(each, "username")]


def profile(user: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept of a user: handle, name, whether protected, and the address in the public profile."""
    urls = items(user, "entities", "url", "urls")
    told = {key: text_at(user, key) for key in ("username", "name")}
    told["link"] = text_at(urls[0], "expanded_url") if urls else ""
    return {key: value for key, value in told.items() if value} | {"protected": user.get("protected") is True}


def words(post: Mapping[str, Any]) -> str:
    """Return the whole text of a post: a long one is cut in ``text``."""
    return text_at(spelt(post, "note_post"), "text") or text_at(post, "text")


def joined(post: Any, book: Book, matched: bool) -> Any:
    """Return a post as it is kept. Of what it refers to only the author is: the words are in that post's own record."""
    if not isinstance(post, dict):
        return post
    native = text_at(post, "id")
    values = {key: post[key] for key in KEPT if key in post}
    values |= {key: value for key in SPELT if (value := spelt(post, key)) is not None}
    authors = {id: book.authors[id] for id in references(post).values() if book.authors.get(id)}
    ids = (text_at(post, "author_id"), text_at(post, "in_reply_to_user_id"), *authors.values())
    return values | {
        "authors": authors,
        "people": {id: book.people[id] for id in ids if id in book.people},
        "matched": matched or references(post).get("replied_to") in book.about,
        "answered_by": book.answered_by.get(native, []),
    }
