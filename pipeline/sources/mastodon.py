"""Mastodon page by page: what is said to and about the brand, what it says itself, and the threads of both."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from pipeline.source_settings import MastodonSource
from pipeline.sources.mastodon_client import Caller, ask, not_documented
from pipeline.sources.mastodon_statuses import moment_of, own_handles, to_values
from pipeline.sources.mastodon_threads import Threads, fetch_threads
from pipeline.sources.network import Page, Stream, Window, to_records
from pipeline.touch import Brand

PAGE_SIZE = 40
TOLD = ("mention", "quote")

Ask = Callable[..., Any]  # of one page: limit, max_id


def streams(settings: MastodonSource, brand: Brand, conversations: Sequence[str]) -> list[Stream]:
    """Return what is read: what was said to the account, hashtags, searches, own statuses, the recent threads."""
    terms = (settings.terms or tuple(dict.fromkeys((brand.name, *brand.terms)))) if settings.search else ()
    threads = conversations[: settings.threads]
    whole = Stream("threads", f"{len(threads)} recent threads", pages=len(threads), query=" ".join(threads), anew=True)
    return [
        *([Stream("mentions", "what was said to the account of the token")] if settings.mentions else []),
        *(Stream(f"hashtag:{tag}", f"statuses with #{tag}", query=tag) for tag in settings.hashtags),
        *(Stream(f"search:{term}", f"search for {term!r}", query=term) for term in terms),
        *(Stream(f"account:{handle}", f"what {handle} writes", query=handle) for handle in own_handles(brand)),
        *([whole] if threads else []),
    ]


def fetch(window: Window, stream: Stream, settings: MastodonSource, client: Caller) -> Iterator[Page]:
    """Yield pages, newest first, or one page a thread."""
    what = stream.name.partition(":")[0]
    if what == "threads":
        return fetch_threads(stream.query.split(), settings, client)
    asks: dict[str, Callable[[], Ask]] = {
        "mentions": lambda: partial(ask, client, "notifications", stream.what, types=list(TOLD)),
        "hashtag": lambda: partial(ask, client, "timeline_hashtag", stream.what, hashtag=stream.query),
        "search": lambda: partial(search, stream, client),
        "account": lambda: statuses_of(stream, client),
    }
    return fetch_pages(window, stream, asks[what], settings, client)


def search(stream: Stream, client: Caller, **below: Any) -> Any:
    """Return one page of hits. Raises SourceError."""
    phrase = f'"{stream.query}"' if " " in stream.query else stream.query
    found = ask(client, "search_v2", stream.what, q=phrase, resolve=False, result_type="statuses", **below)
    return found.get("statuses") if isinstance(found, dict) else found


def statuses_of(stream: Stream, client: Caller) -> Ask:
    """Return what asks for the statuses of an account. Raises SourceError where the instance does not know it."""
    account = ask(client, "account_lookup", f"account {stream.query}", acct=stream.query)
    if not isinstance(account, dict) or not account.get("id"):
        raise not_documented(stream.what)
    return partial(ask, client, "account_statuses", stream.what, id=account["id"], exclude_reblogs=True)


def fetch_pages(
    window: Window, stream: Stream, asking: Callable[[], Ask], settings: MastodonSource, client: Caller
) -> Iterator[Page]:
    """Yield pages until one that is older than the window altogether, as a status that came late stands among new ones.

    A window that was left unfinished goes on below the last id that was read. Where a page begins and ends is told by
    ids alone, since not every instance has ids that tell the time.
    """
    before = client.requests
    read, threads = asking(), Threads(client, stream.what)
    below = window.memory.get("below") if window.until else None
    while True:
        items = read(limit=PAGE_SIZE, **({"max_id": below} if below else {}))
        if not isinstance(items, list):
            raise not_documented(stream.what)
        last, below = below, lowest(items) or below
        page = to_page(items, stream, settings, threads)
        yield replace(page, requests=client.requests - before, memory={"below": below} if below else {})
        before = client.requests
        if below == last or (window.since and page.newest and page.newest < window.since):
            return


def lowest(items: Sequence[Any]) -> str | None:
    """Return the id of the last item that has one."""
    ids = [str(item["id"]) for item in items if isinstance(item, dict) and item.get("id")]
    return ids[-1] if ids else None


def to_page(items: Sequence[Any], stream: Stream, settings: MastodonSource, threads: Threads) -> Page:
    """Return the records of a page with the newest and oldest moment among all of its items."""
    about = {"about": True} if settings.all and stream.name.startswith("hashtag:") else {}
    values = [opened(item, settings, about) for item in items]
    moments = [moment for each in values if (moment := moment_of(each))]
    kept = [each for each in values if settings.direct_messages or not is_direct(each)]
    records = to_records([threads.join(each) for each in kept])
    return Page(records, max(moments, default=None), min(moments, default=None))


def opened(item: Any, settings: MastodonSource, joined: Mapping[str, Any]) -> Any:
    """Return the status of a notification, or a status itself, as it is kept."""
    if isinstance(item, dict) and isinstance(item.get("status"), dict):
        return to_values(item["status"], settings.api_base, {**joined, "told_at": item.get("created_at")})
    return to_values(item, settings.api_base, joined)


def is_direct(values: Any) -> bool:
    """Say whether a status is for those alone whom it names."""
    return isinstance(values, dict) and values.get("visibility") == "direct"
