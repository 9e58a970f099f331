"""Hacker News: what names the brand, what the brand says, and what is answered in their threads."""

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from pipeline.source_settings import HackerNewsSource
from pipeline.sources.about import is_about
from pipeline.sources.files import required, text_of
from pipeline.sources.network import Page, Secrets, SourceError, Stream, Window, to_records
from pipeline.sources.parts import parts
from pipeline.sources.prose import to_text
from pipeline.sources.web import Site, ask_json, not_documented, open_client
from pipeline.touch import Account, Brand, Gone, Mapped, MappingError, NotAbout, Outcome, Record, Touch, to_time

PAGE_SIZE = 100
MOST_HITS = 1000  # a query shows no more; what is older is asked for by time
SECOND = timedelta(seconds=1)
ASKED_AT_ONCE = 8  # single items: the official interface has no other way, and no limit
RECHECK_PAGE = 200
ITEM = "https://news.ycombinator.com/item?id="
SEARCH = Site("Hacker News (Algolia)", "api_base")
ITEMS = Site("Hacker News", "items_base")


def streams(settings: HackerNewsSource, brand: Brand, conversations: Sequence[str]) -> list[Stream]:
    """Return a search for each term, what the brand writes under its handles, and the recent threads; all are free.

    Handles that cannot be ones of Hacker News are for other networks.
    """
    terms = settings.terms or tuple(dict.fromkeys((brand.name, *brand.terms)))
    users = [name for handle in brand.handles if re.fullmatch(r"[\w-]{2,15}", name := handle.removeprefix("@"))]
    threads = [story for story in conversations if story.isdecimal()][: settings.threads]
    whole = Stream("threads", f"{len(threads)} recent threads", pages=len(threads), query=" ".join(threads), anew=True)
    return [
        *(Stream(f"search:{term}", f"search for {term!r}", query=term) for term in terms),
        *(Stream(f"user:{user}", f"what {user} writes", query=user) for user in users),
        *([whole] if threads else []),
    ]


def connect(settings: HackerNewsSource, secrets: Secrets) -> httpx.Client:
    """Return the client; Hacker News knows no key."""
    return open_client(settings.timeout_seconds)


def fetch(window: Window, stream: Stream, settings: HackerNewsSource, client: httpx.Client) -> Iterator[Page]:
    """Yield pages of hits, newest first, or one page a thread."""
    what = stream.name.partition(":")[0]
    if what == "threads":
        return fetch_threads(stream.query.split(), settings, client)
    by = f",author_{stream.query}" if what == "user" else ""
    phrase = f'"{stream.query}"' if what == "search" else ""
    return fetch_hits(window, {"query": phrase, "tags": f"(story,comment){by}"}, settings, client)


def fetch_hits(
    window: Window, question: dict[str, Any], settings: HackerNewsSource, client: httpx.Client
) -> Iterator[Page]:
    """Yield pages, newest first. Past MOST_HITS the window is narrowed to what is not newer than the oldest seen."""
    until = window.until
    while True:
        oldest = until
        for number in range(MOST_HITS // PAGE_SIZE):
            page = ask_hits(question | filters(window.since, until, number), settings, client)
            oldest = page.oldest or oldest
            yield page
            if len(page.records) < PAGE_SIZE:
                return
        further = oldest and oldest + SECOND  # the limit may have cut through the messages of one second
        if further == until:
            raise SourceError(f"{SEARCH.name}: more than {MOST_HITS} hits within one second; use narrower terms")
        until = further


def filters(since: datetime | None, until: datetime | None, number: int) -> dict[str, Any]:
    """Return the parameters that ask for one page of a window."""
    bounds = [f"created_at_i>={seconds(since)}"] if since else []
    bounds += [f"created_at_i<{seconds(until)}"] if until else []
    return {"hitsPerPage": PAGE_SIZE, "page": number, "numericFilters": ",".join(bounds)}


def ask_hits(question: dict[str, Any], settings: HackerNewsSource, client: httpx.Client) -> Page:
    """Return one page of hits. Raises SourceError."""
    answer = ask_json(client, f"{settings.api_base}/search_by_date", SEARCH, question)
    if not isinstance(answer, dict) or not isinstance(answer.get("hits"), list):
        raise not_documented(SEARCH)
    records = to_records(answer["hits"])
    moments = [datetime.fromtimestamp(at, UTC).replace(tzinfo=None) for r in records if (at := moment(r))]
    return Page(records, max(moments, default=None), min(moments, default=None))


def moment(record: Record) -> int | None:
    """Return when a record was written, in seconds, if it says so soundly."""
    value = record.values.get("created_at_i")
    return value if isinstance(value, int) and 0 < value < 1 << 33 else None


def seconds(moment: datetime) -> int:
    """Return a naive UTC moment in Unix seconds."""
    return int(moment.replace(tzinfo=UTC).timestamp())


def fetch_threads(stories: Sequence[str], settings: HackerNewsSource, client: httpx.Client) -> Iterator[Page]:
    """Yield every thread whole, each as one page: who answers whom is told by the tree alone."""
    gone = 0
    for story in stories:
        tree = ask_json(client, f"{settings.api_base}/items/{story}", SEARCH, sound=(200, 404))
        if tree is None:
            gone += 1
            yield Page(())
        elif not isinstance(tree, dict):
            raise not_documented(SEARCH)
        else:
            yield Page(to_records(list(flatten(tree))))
    if gone:
        yield Page((), requests=0, notes=(f"{gone} of {len(stories)} threads not there any more",))


def flatten(story: dict[str, Any]) -> Iterator[Any]:
    """Yield every message of a thread as a record of its own, with its story and whom it answers.

    Raises SourceError where the tree is of another form than documented.
    """
    above = {"story_title": story.get("title"), "story_id": story.get("id")}
    waiting: list[tuple[Any, Any]] = [(story, None)]
    while waiting:
        node, parent_author = waiting.pop()
        if isinstance(node, dict):
            children = node.get("children") or []
            if not isinstance(children, list):
                raise not_documented(SEARCH)
            waiting += [(child, node.get("author")) for child in children]
            node = {key: value for key, value in node.items() if key != "children"}
            node |= above | {"parent_author": parent_author}
        yield node


def recheck(window: Window, ids: Sequence[str], settings: HackerNewsSource, client: httpx.Client) -> Iterator[Page]:
    """Yield pages of those of the items that were deleted or killed, by the official interface.

    An item of which it says nothing at all is kept: that happens to items that are there, too.
    """

    def look_up(native: str) -> Any:
        return ask_json(client, f"{settings.items_base}/item/{native}.json", ITEMS)

    for page, memory in parts(window, ids, RECHECK_PAGE):
        with ThreadPoolExecutor(ASKED_AT_ONCE) as pool:
            found = [item for item in pool.map(look_up, page) if isinstance(item, dict)]
        gone = [item for item in found if item.get("deleted") or item.get("dead")]
        yield Page(to_records(gone), requests=len(page), memory=memory)


def to_touch(record: Record, brand: Brand) -> Outcome:
    """Return a hit, or a message of a thread, as a touch. Raises MappingError where it cannot be one."""
    native = text_of(record, "objectID") or required(record, "id")
    if gone := why_gone(record):
        return Gone(record, (f"hackernews:{native}",), gone)
    author, text, parent = required(record, "author"), words(record), text_of(record, "parent_id")
    if not text:
        raise MappingError("no text")
    ours, asked = brand.is_handle(author), text_of(record, "parent_author")
    if not (ours or belongs(record, text, parent, brand)):
        return NotAbout(record, f"hackernews:{native}", text)
    touch = Touch(
        id=f"hackernews:{native}",
        source="hackernews",
        brand=brand.key,
        account=other_side(asked if ours else author, brand),
        direction="out" if ours else "in",
        kind="reply" if parent else "mention",
        at=to_time(text_of(record, "created_at")),
        text=text,
        addressed=not ours and (brand.is_handle(asked) or brand.has_handle_in(text)),
        conversation=f"hackernews:{text_of(record, 'story_id') or native}",
        reply_to=f"hackernews:{parent}" if parent else None,
        url=f"{ITEM}{native}",
        author=author if ours else None,
    )
    return Mapped(record, touch)


def why_gone(record: Record) -> str | None:
    """Return why a message is no more: the official interface says it, and a thread shows its empty place."""
    if record.values.get("deleted"):
        return "deleted by its author"
    if record.values.get("dead"):
        return "killed by the moderators or by flags"
    empty = not any(record.values.get(key) for key in ("author", "text", "title"))
    return "deleted by its author" if empty and "objectID" not in record.values else None


def other_side(user: str, brand: Brand) -> Account | None:
    """Return the person's side of a message; None where the brand spoke to nobody that we know of, or to itself."""
    return None if not user or brand.is_handle(user) else Account(f"hackernews:{user}", "hackernews", user, user)


def belongs(record: Record, text: str, parent: str, brand: Brand) -> bool:
    """Say whether a message is to or about the brand: by its words, or by what it answers."""
    if is_about(text, brand) or brand.is_handle(text_of(record, "parent_author")):
        return True  # the search is generous with spelling, so its hits are looked at, too
    return bool(parent) and parent == text_of(record, "story_id") and is_about(text_of(record, "story_title"), brand)


def words(record: Record) -> str:
    """Return title and text without their HTML; the search and the threads name them differently."""
    parts = [text_of(record, key) for key in ("title", "story_text", "comment_text", "text")]
    return "\n".join(filter(None, map(to_text, parts)))
