"""The two timelines of a handle on X: what is said to it, and what it says."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from math import ceil
from typing import Any

from pipeline.source_settings import XSource
from pipeline.sources.network import Page, Stream, Window
from pipeline.sources.x_client import Client, find_user
from pipeline.sources.x_pages import Reading, dearest_page, fields, to_page
from pipeline.sources.x_read import Question, ask_pages, span

MOST_LISTED = {"mentions": 800, "tweets": 3200}  # a timeline goes no further back
NEARLY = 0.9  # what was deleted is missing from a timeline, but counts


def timelines(handle: str, settings: XSource) -> list[Stream]:
    """Return both timelines of a handle as streams."""
    cost = dearest_page(settings, price(handle, settings))
    return [
        Stream(
            f"mentions:{handle}", f"what is said to @{handle}", cost, most_pages("mentions", settings), query=handle
        ),
        Stream(f"posts:{handle}", f"what @{handle} says", cost, most_pages("tweets", settings), query=handle),
    ]


def most_pages(route: str, settings: XSource) -> int:
    """Return how many requests a timeline can take: one more than it has pages, for the id of the handle."""
    return 1 + min(settings.most_pages, ceil(MOST_LISTED[route] / settings.page_size))


def price(handle: str, settings: XSource) -> float:
    """Return the price of a post on a timeline of this handle, in USD: one's own costs less."""
    return settings.price_owned if is_owned(handle, settings) else settings.price_post


def is_owned(handle: str, settings: XSource) -> bool:
    """Say whether the keys of the user are of this handle."""
    return handle.casefold() == settings.owned.casefold()


def fetch_timeline(route: str, window: Window, stream: Stream, settings: XSource, client: Client) -> Iterator[Page]:
    """Yield the pages of a timeline, newest first; before the first the id of the handle is looked up, once for all."""
    handle, memory = stream.query, dict(window.memory)
    if not (user := memory.get("user") or client.ids.get(handle)):
        user = find_user(client, handle, settings)
        yield Page((), cost=settings.price_user, memory=memory | {"user": user})
    client.ids[handle] = memory["user"] = user
    memory["seen"] = memory.get("seen", 0) if window.until else 0
    question = Question(
        f"/2/users/{user}/{route}",
        span(window.since, window.until) | fields(settings),
        token="pagination_token",
        as_user=is_owned(handle, settings),
        most=settings.most_pages,
    )
    reading = Reading(
        settings, stream.what, price(handle, settings), handles=client.handles(), as_user=question.as_user
    )
    for answer, last in ask_pages(client, question, reading):
        page = to_page(answer, reading, memory)
        memory = {**page.memory, "seen": memory["seen"] + len(answer.get("data") or ())}
        yield replace(page, memory=memory, gap=gap(route, window, page, memory) if last else None)


def gap(route: str, window: Window, page: Page, memory: Mapping[str, Any]) -> tuple[datetime, datetime] | None:
    """Return what a timeline does not show any more, where it ended before what was read last."""
    ended = memory["seen"] >= NEARLY * MOST_LISTED[route]
    if not (ended and window.since and page.oldest and page.oldest > window.since):
        return None
    return window.since, page.oldest
