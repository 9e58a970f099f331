"""Reddit: posts and comments of subreddits, of the search and of the brand, and the threads that they are in."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from pipeline.source_settings import RedditSource
from pipeline.sources.network import Page, SourceError, Stream, Window, to_records
from pipeline.sources.parts import parts
from pipeline.sources.reddit_client import ask, not_documented
from pipeline.touch import Brand, Record

PAGE_SIZE = 100
MOST_LISTED = 1000  # a listing goes no further back
NEARLY = 900  # what was removed is missing from a listing, but counts
MORE_AT_ONCE = 100
MOST_MORE = 10  # requests for the folded parts of one thread
Listing = partial(Stream, anew=True)  # goes on after a message, not before a moment, and every thread is read whole
KEPT = (
    *("name", "author", "author_fullname", "created_utc", "edited", "title", "selftext", "body", "permalink"),
    *("subreddit", "link_id", "link_title", "link_author", "parent_id", "removed_by_category"),
)


def streams(settings: RedditSource, brand: Brand, conversations: Sequence[str]) -> list[Stream]:
    """Return what is read: subreddits, a search for each term, what the brand writes, and the recent threads.

    Handles that cannot be ones of Reddit are for other networks.
    """
    terms = settings.terms or tuple(dict.fromkeys((brand.name, *brand.terms)))
    users = [name for handle in brand.handles if re.fullmatch(r"[\w-]{3,20}", name := handle.removeprefix("@"))]
    threads = [post for post in conversations if re.fullmatch(r"t3_\w+", post)][: settings.threads]
    whole = Listing("threads", f"{len(threads)} recent threads", query=" ".join(threads))
    return [
        *(
            Listing(f"comments:{name}", f"comments in r/{name}", query=f"r/{name}/comments")
            for name in settings.subreddits
        ),
        *(Listing(f"posts:{name}", f"posts in r/{name}", query=f"r/{name}/new") for name in settings.subreddits),
        *(Listing(f"search:{term}", f"search for {term!r}", query=term) for term in terms),
        *(Listing(f"user:{user}", f"what u/{user} writes", query=f"user/{user}/overview") for user in users),
        *([Listing("mentions", "mentions of the account", query="message/mentions")] if settings.inbox else []),
        *([whole] if threads else []),
    ]


def fetch(window: Window, stream: Stream, settings: RedditSource, client: Any) -> Iterator[Page]:
    """Yield pages of a listing, newest first until the window's start, or one page a thread."""
    what = stream.name.partition(":")[0]
    if what == "threads":
        return fetch_threads(stream.query.split(), client)
    if what == "search":
        question = {"q": f'"{stream.query}"', "sort": "new", "type": "link", "t": "all"}
        return fetch_listing("search", question, window, stream.what, False, client)
    about = settings.all and what in ("comments", "posts")
    return fetch_listing(stream.query, {"sort": "new"}, window, stream.what, about, client)


def fetch_listing(
    path: str, question: dict[str, str], window: Window, what: str, about: bool, client: Any
) -> Iterator[Page]:
    """Yield the pages of a listing until the window's start; ``about``: all of it is about the brand.

    Reddit cannot be asked by time, and lists no more than MOST_LISTED: what is missing then is told as a gap.
    """
    after: str | None = ""
    seen = 0
    while after is not None:
        answer = ask(client, path, question | {"limit": PAGE_SIZE} | ({"after": after} if after else {}), what)
        things, after = opened(answer, what)
        seen += len(things)
        page = to_page([to_values(thing, {"about": about}) for thing in things])
        if window.since and page.oldest and page.oldest < window.since:
            after = None
        elif window.since and page.oldest and after is None and seen >= NEARLY:
            page = replace(page, gap=(window.since, page.oldest))
        yield page


def opened(listing: Any, what: str) -> tuple[list[Any], str | None]:
    """Return the things of a listing, and the name to go on after. Raises SourceError where it is none."""
    try:
        things, after = listing["data"]["children"], listing["data"].get("after")
    except (KeyError, TypeError, AttributeError) as error:
        raise not_documented(what) from error
    if not isinstance(things, list):
        raise not_documented(what)
    return things, after or None


def to_values(thing: Any, joined: Mapping[str, Any]) -> Any:
    """Return a post or comment as it is kept, with what was joined to it: Reddit sends a hundred fields more."""
    data = thing.get("data") if isinstance(thing, dict) else None
    if not isinstance(data, dict):
        return thing
    return {key: data[key] for key in KEPT if key in data} | placed(data) | dict(joined)


def placed(data: Mapping[str, Any]) -> dict[str, str]:
    """Return post and address of a comment of the inbox, which tells both only in the path of its context."""
    found = re.match(r"(/[^?#\s]*/comments/(\w+)/[^?#\s]*)", str(data.get("context")))
    return {"link_id": f"t3_{found[2]}", "permalink": found[1]} if found and not data.get("link_id") else {}


def to_page(values: Sequence[Any]) -> Page:
    """Return a page of records."""
    records = to_records(values)
    moments = [moment for record in records if (moment := moment_of(record))]
    return Page(records, max(moments, default=None), min(moments, default=None))


def moment_of(record: Record) -> datetime | None:
    """Return when a record was written, if it says so soundly."""
    value = record.values.get("created_utc")
    if not isinstance(value, int | float) or not 0 < value < 1 << 33:
        return None
    return datetime.fromtimestamp(value, UTC).replace(tzinfo=None)


def fetch_threads(posts: Sequence[str], client: Any) -> Iterator[Page]:
    """Yield every thread whole, each as one page: who answers whom is told by the tree alone."""
    for post in posts:
        try:
            page = read_thread(post, "a thread", client)
        except SourceError as error:
            if not error.alone:
                raise
            page = Page((), notes=(str(error),))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise not_documented("a thread") from error
        yield page


def read_thread(post: str, what: str, client: Any) -> Page:
    """Return a thread as a page. Raises SourceError, or what comes of an answer of another form."""
    question: dict[str, str | int] = {"limit": 500, "sort": "new"}
    above, below = ask(client, f"comments/{post.removeprefix('t3_')}", question, what)
    things, folded, deeper = flatten(above["data"]["children"] + below["data"]["children"])
    asked = 0
    while folded and asked < MOST_MORE:
        ids, folded = folded[:MORE_AT_ONCE], folded[MORE_AT_ONCE:]
        question = {"link_id": post, "children": ",".join(ids), "api_type": "json"}
        more = flatten(ask(client, "api/morechildren", question, what)["json"]["data"]["things"])
        things, folded, deeper = things + more[0], folded + more[1], deeper + more[2]
        asked += 1
    notes = [f"{len(folded)} folded answers of {what} were not read"] if folded else []
    notes += [f"{deeper} branches of {what} go deeper than Reddit shows"] if deeper else []
    return Page(to_records(joined(things)), requests=1 + asked, notes=tuple(notes))


def flatten(things: Sequence[Any]) -> tuple[list[Any], list[str], int]:
    """Return the posts and comments of a tree, and the ids of those that Reddit folded away.

    Last comes how many branches go on on a page of their own ("continue this thread"), of which it names no ids.
    """
    found, folded, deeper, waiting = [], list[str](), 0, list(things)
    while waiting:
        thing = waiting.pop()
        data = thing.get("data") if isinstance(thing, dict) else None
        if isinstance(data, dict) and thing.get("kind") == "more":
            folded += data.get("children") or []
            deeper += not data.get("children")
            continue
        found.append(thing)
        replies = data.get("replies") if isinstance(data, dict) else None
        waiting += replies["data"]["children"] if isinstance(replies, dict) else []
    return found, folded, deeper


def joined(things: Sequence[Any]) -> list[Any]:
    """Return the messages of a thread, each with the post that it is under and with whom it answers."""
    whole = [thing["data"] for thing in things if isinstance(thing, dict) and isinstance(thing.get("data"), dict)]
    named = {data.get("name"): data for data in whole}
    root: dict[str, Any] = next((data for data in whole if "selftext" in data), {})
    above = {"link_title": root.get("title"), "link_author": root.get("author")}
    return [to_values(thing, above | parent_of(thing, named)) for thing in things]


def parent_of(thing: Any, named: Mapping[str, Any]) -> dict[str, Any]:
    """Return the author of what a message answers, as name and id, where it is in the same thread."""
    data = thing.get("data") if isinstance(thing, dict) else None
    parent = named.get(str(data.get("parent_id")), {}) if isinstance(data, dict) else {}
    return {"parent_author": parent.get("author"), "parent_author_fullname": parent.get("author_fullname")}


def recheck(window: Window, ids: Sequence[str], settings: RedditSource, client: Any) -> Iterator[Page]:
    """Yield pages of what is stored as it is now; what Reddit does not name at all is kept."""
    for names, memory in parts(window, ids, PAGE_SIZE):
        things, _ = opened(ask(client, "api/info", {"id": ",".join(names)}, "what is stored"), "what is stored")
        yield replace(to_page([to_values(thing, {}) for thing in things]), memory=memory)
