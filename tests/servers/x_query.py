"""The part of X's search language that we use."""

import re
from collections.abc import Iterator
from typing import Any

GROUP = re.compile(r"\((?P<group>[^)]*)\)|(?P<single>-?\"[^\"]*\"|\S+)")


def found(query: str, post: dict[str, Any], author: str) -> bool:
    """Say whether a post, by an author of this handle, is what a query asks for."""
    return all(any(matches(part, post, author) for part in parts) for parts in groups(query))


def groups(query: str) -> Iterator[list[str]]:
    """Yield alternatives, all of which must have one that matches."""
    for each in GROUP.finditer(query):
        yield re.split(r"\s+OR\s+", each["group"]) if each["group"] is not None else [each["single"]]


def matches(part: str, post: dict[str, Any], author: str) -> bool:
    """Say whether one operator, or its opposite, holds of a post."""
    if part.startswith("-"):
        return not matches(part[1:], post, author)
    operator, _, value = part.partition(":")
    links = {each["type"]: each["id"] for each in post.get("referenced_posts", ())}
    if operator in ("from", "conversation_id", "quotes_of_tweet_id", "is"):
        held = {
            "from": author.lower(),
            "conversation_id": post["conversation_id"],
            "quotes_of_tweet_id": links.get("quoted"),
            "is": "retweet" if "retweeted" in links else None,
        }
        return value.lower() == held[operator]
    if part.startswith("@"):
        return bool(re.search(rf"{part}\b", post["text"], re.IGNORECASE))
    return bool(re.search(rf"\b{re.escape(part.strip(chr(34)))}\b", post["text"], re.IGNORECASE))
