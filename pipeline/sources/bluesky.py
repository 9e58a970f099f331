"""Bluesky page by page: what is said to and about the brand, what it says itself, and the threads of both."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from pipeline.source_settings import BlueskySource
from pipeline.sources.bluesky_client import Caller, ask, is_missing, not_documented
from pipeline.sources.bluesky_posts import (
    ADDRESS,
    NO_MORE,
    moment_of,
    named,
    names,
    own_handles,
    owner,
    parent_of,
    quoted_uri_of,
    ref,
    to_values,
)
from pipeline.sources.network import Page, SourceError, Stream, Window, to_list, to_records
from pipeline.sources.parts import parts
from pipeline.touch import Brand

PAGE_SIZE = 100
LOOKED_UP_AT_ONCE = 25
DEEPEST = 1000
SECOND = timedelta(seconds=1)
REASONS = ("mention", "reply", "quote")
SEARCH, NOTIFICATIONS = "app.bsky.feed.searchPosts", "app.bsky.notification.listNotifications"
FEED, THREAD = "app.bsky.feed.getAuthorFeed", "app.bsky.feed.getPostThread"
POSTS, RECORD = "app.bsky.feed.getPosts", "com.atproto.repo.getRecord"


def streams(settings: BlueskySource, brand: Brand, conversations: Sequence[str]) -> list[Stream]:
    """Return what is read: what was said to the account, searches, what the brand writes, the recent threads."""
    own = own_handles(brand)
    terms = settings.terms or tuple(dict.fromkeys((brand.name, *brand.terms)))
    is_ours = bool(settings.login) and brand.is_handle(settings.login)
    sought = [*terms, *(handle for handle in own if handle != settings.login)] if settings.login else []
    threads = [uri for uri in conversations if is_address(uri)][: settings.threads]
    whole = Stream("threads", f"{len(threads)} recent threads", pages=len(threads), query=" ".join(threads), anew=True)
    return [
        *([Stream("notifications", f"what was said to {settings.login}", anew=True)] if is_ours else []),
        *(Stream(f"search:{term}", f"search for {term!r}", query=term) for term in sought),
        *(Stream(f"author:{handle}", f"what {handle} writes", query=handle, anew=True) for handle in own),
        *([whole] if threads else []),
    ]


def fetch(window: Window, stream: Stream, settings: BlueskySource, client: Caller) -> Iterator[Page]:
    """Yield pages, newest first, or one page a thread."""
    what = stream.name.partition(":")[0]
    if what == "threads":
        return fetch_threads(stream.query.split(), client)
    if what == "search":
        return fetch_search(window, stream, client)
    if what == "author":
        question = {"actor": stream.query, "filter": "posts_with_replies"}
        return fetch_feed(window, FEED, "feed", question, stream.what, client)
    return fetch_feed(window, NOTIFICATIONS, "notifications", {"reasons": list(REASONS)}, stream.what, client)


def fetch_search(window: Window, stream: Stream, client: Caller) -> Iterator[Page]:
    """Yield pages of hits. Where a search ends after a full page or several, it is asked again for what is older.

    Nobody says how far a search goes, so that it is at its end only where little that is older is found.
    """
    phrase = f'"{stream.query}"' if " " in stream.query else stream.query
    until = window.until
    while True:
        question = {"q": phrase, "sort": "latest"} | bounds(window.since, until)
        shown, oldest = [], until
        for page in fetch_pages(SEARCH, "posts", question, stream.what, client):
            shown.append(len(page.records))
            oldest = page.oldest or oldest
            yield page
        if not oldest or (len(shown) < 2 and sum(shown) < PAGE_SIZE):
            return
        if oldest + SECOND == until:
            raise SourceError(f"Bluesky, {stream.what}: more hits within one second than it shows; use narrower terms")
        until = oldest + SECOND  # the end may have cut through the posts of one second


def bounds(since: datetime | None, until: datetime | None) -> dict[str, str]:
    """Return the parameters that ask for a window."""
    return {name: f"{at.isoformat()}Z" for name, at in (("since", since), ("until", until)) if at}


def fetch_feed(
    window: Window, nsid: str, key: str, question: Mapping[str, Any], what: str, client: Caller
) -> Iterator[Page]:
    """Yield the pages of what cannot be asked for by time, until one that is older than the window altogether."""
    for page in fetch_pages(nsid, key, question, what, client):
        yield page
        if window.since and page.newest and page.newest < window.since:
            return


def fetch_pages(nsid: str, key: str, question: Mapping[str, Any], what: str, client: Caller) -> Iterator[Page]:
    """Yield pages for as long as there is a next one, each post with whom it answers and quotes. Raises SourceError."""
    cursor: Any = ""
    while cursor is not None:
        before = client.requests
        answer = ask(client, nsid, {**question, "limit": PAGE_SIZE} | ({"cursor": cursor} if cursor else {}), what)
        values = with_others([opened(item) for item in listed(answer, key, what)], client)
        cursor = answer.get("cursor") or None
        yield to_page(values, client.requests - before)


def listed(answer: Mapping[str, Any], key: str, what: str) -> list[Any]:
    """Return what an answer lists. Raises SourceError where it lists nothing."""
    found = answer.get(key)
    if not isinstance(found, list):
        raise not_documented(what)
    return found


def opened(item: Any) -> Any:
    """Return the post of a hit, a notification or an item of a feed, which may tell whom it answers, as it is kept."""
    if not isinstance(item, dict) or "post" not in item:
        return to_values(item)
    reply = item.get("reply")
    parent = reply.get("parent") if isinstance(reply, dict) else None
    repost = {"repost": item["reason"]} if item.get("reason") else {}
    return to_values(item["post"], named(parent) | repost)


def with_others(values: Sequence[Any], client: Caller) -> list[Any]:
    """Return posts with the authors of what they answer and quote: a record itself tells only the addresses.

    Whose our own posts are is known where they are gone, too.
    """
    unknown = [unknown_others(value) for value in values]
    asking = {uri for each in unknown for uri in each.values()}
    found = {uri: client.own for uri in asking if owner(uri) == client.own.get("did")} | {
        ref(post, "uri"): names(post["author"])
        for post in look_up(sorted(asking), client)
        if isinstance(post, dict) and isinstance(post.get("author"), dict)
    }
    others = [{key: found[uri] for key, uri in each.items() if uri in found} for each in unknown]
    return [value | more if more else value for value, more in zip(values, others, strict=True)]


def unknown_others(values: Any) -> dict[str, str]:
    """Return the addresses of what a post answers and quotes by what their authors are to be kept as, if none is."""
    if not isinstance(values, dict):
        return {}
    uris = {"parent_author": parent_of(values), "quoted_author": quoted_uri_of(values.get("record"))}
    return {key: uri for key, uri in uris.items() if is_address(uri) and key not in values}


def look_up(uris: Sequence[str], client: Caller) -> Iterator[Any]:
    """Yield posts by their addresses; those that are not to be had are missing."""
    for start in range(0, len(uris), LOOKED_UP_AT_ONCE):
        answer = ask(client, POSTS, {"uris": list(uris[start : start + LOOKED_UP_AT_ONCE])}, "single posts")
        yield from listed(answer, "posts", "single posts")


def to_page(values: Sequence[Any], requests: int) -> Page:
    """Return a page of records."""
    records = to_records(values)
    moments = [moment for record in records if (moment := moment_of(record.values.get("repost") or record.values))]
    return Page(records, max(moments, default=None), min(moments, default=None), requests)


def is_address(id: str) -> bool:
    """Say whether an id is one of Bluesky's own; a file knows some posts only by a link that does not hold it."""
    return re.fullmatch(ADDRESS, id) is not None


def fetch_threads(roots: Sequence[str], client: Caller) -> Iterator[Page]:
    """Yield every thread whole, each as one page. No message says which: an address is one of a person."""
    gone = 0
    for root in roots:
        question = {"uri": root, "depth": DEEPEST, "parentHeight": 0}
        try:
            answer = ask(client, THREAD, question, "a thread")
        except SourceError as error:
            if not is_missing(error.__cause__):
                raise
            gone += 1
            yield Page(())
        else:
            yield to_page(list(flatten(answer.get("thread"))), 1)
    if gone:
        yield Page((), requests=0, notes=(f"{gone} of {len(roots)} threads not there any more",))


def flatten(thread: Any) -> Iterator[Any]:
    """Yield every post of a thread with the author of what it answers; what is blocked or gone has no words."""
    waiting: list[tuple[Any, dict[str, Any]]] = [(thread, {})]
    while waiting:
        node, above = waiting.pop()
        if isinstance(node, dict) and isinstance(node.get("post"), dict):
            waiting += [(reply, named(node["post"])) for reply in to_list(node.get("replies"))]
            yield to_values(node["post"], above)
        elif not (isinstance(node, dict) and (node.get("notFound") or node.get("blocked"))):
            yield node


def recheck(window: Window, ids: Sequence[str], settings: BlueskySource, client: Caller) -> Iterator[Page]:
    """Yield pages of posts as they are now, and of those that are no more.

    A post that is missing may also be of somebody who blocks our account, so its own record is asked for, too.
    """
    posts = [id for id in ids if is_address(id)]
    for page, memory in parts(window, posts, LOOKED_UP_AT_ONCE, lambda uri: uri.rsplit("/", 1)[1]):
        before = client.requests
        there = list(look_up(page, client))
        known = {ref(post, "uri") for post in there}
        gone = [{"uri": uri, "gone": NO_MORE} for uri in page if uri not in known and is_gone(uri, client)]
        yield replace(to_page([*map(to_values, there), *gone], client.requests - before), memory=memory)


def is_gone(uri: str, client: Caller) -> bool:
    """Say whether a record is not to be had any more. Raises SourceError for every other fault."""
    repo, collection, rkey = uri.removeprefix("at://").split("/")
    try:
        ask(client, RECORD, {"repo": repo, "collection": collection, "rkey": rkey}, "a single post")
    except SourceError as error:
        if is_missing(error.__cause__):
            return True
        raise
    return False
