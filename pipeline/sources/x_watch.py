"""What comes of known posts of X, asked for many at once: answers in recent threads, quotes, likes."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from pipeline.source_settings import XSource
from pipeline.sources.network import Page, SourceError, Stream, Window, to_records
from pipeline.sources.x_bill import bill, priced
from pipeline.sources.x_client import Client, ask
from pipeline.sources.x_join import profile
from pipeline.sources.x_pages import USER_FIELDS, Reading, dearest_page, fields, listed, to_page
from pipeline.sources.x_queries import MOST_RECENT, elsewhere, pack, question
from pipeline.sources.x_read import Question, ask_pages, floor, now, span
from pipeline.sources.x_turns import Turn, noted, turns
from pipeline.sources.xarchive import text_at
from pipeline.touch import Brand

MOST_LIKING = 100  # accounts on a page


def threads(settings: XSource, brand: Brand, conversations: Sequence[str]) -> list[Stream]:
    """Return recent threads as a stream: what neither is by the brand nor calls it, since that is read already."""
    return watched("threads", "recent threads", conversations, settings.threads, settings, brand)


def quotes(settings: XSource, brand: Brand, posts: Sequence[str]) -> list[Stream]:
    """Return the quotes of the brand's recent posts as a stream."""
    return watched("quotes", "recent posts, for quotes", posts, settings.quotes, settings, brand)


def watched(name: str, what: str, natives: Sequence[str], most: int, settings: XSource, brand: Brand) -> list[Stream]:
    """Return a stream that asks for what belongs to the latest of these posts; none where there is none."""
    ids = [id for id in natives if id.isdecimal()][:most]  # other ids are of messages and likes
    task = {"ids": ids, "names": [name for name in brand.names() if name], "rest": elsewhere(settings, brand)}
    cost = dearest_page(settings, settings.price_post)
    return [Stream(name, f"{len(ids)} {what}", cost, settings.most_pages, query=json.dumps(task))] if ids else []


def fetch_watched(
    operator: str, matched: bool, window: Window, stream: Stream, settings: XSource, client: Client
) -> Iterator[Page]:
    """Yield what was said since each post was last asked about: as far back as X goes for what is new here.

    The memory has that moment for each, and what is left of a question that was not read to its end: the run after an
    interrupted one goes on there, and then with what was not asked about.
    """
    task, left, told = json.loads(stream.query), settings.most_pages, window.memory.get("read", {})
    memory: Mapping[str, Any] = {**window.memory, "read": {id: told[id] for id in task["ids"] if id in told}}
    names = () if matched else tuple(task["names"])
    reading = Reading(settings, stream.what, settings.price_post, matched, names, client.handles())
    for turn in turns(task["ids"], memory):
        for part, query in packed(turn, operator, task["rest"]):
            for page in fetch_turn(part, query, left, memory, reading, client):
                left, memory = left - page.requests, page.memory
                yield page


def packed(turn: Turn, operator: str, rest: str) -> Iterator[tuple[Turn, str]]:
    """Yield a turn in parts, each with its question: X takes so many characters only."""
    for parts in pack((f"{operator}:{id}" for id in turn.ids), rest, MOST_RECENT):
        yield replace(turn, ids=[part.partition(":")[2] for part in parts]), question(parts, rest)


def fetch_turn(
    turn: Turn, query: str, most: int, memory: Mapping[str, Any], reading: Reading, client: Client
) -> Iterator[Page]:
    """Yield the pages of a turn, newest first, each with the memory after it; what is out of reach is told as a gap."""
    limit, overlap = floor(), timedelta(minutes=reading.settings.overlap_minutes)
    start, missed = max(turn.since - overlap if turn.since else limit, limit), turn.missed(limit)
    if turn.until and turn.until <= start:
        yield Page((), requests=0, gap=missed, memory=noted(memory, turn, last=True))
        return
    params = {"query": query} | span(start, turn.until) | fields(reading.settings)
    for answer, last in ask_pages(client, Question("/2/tweets/search/recent", params, most=most), reading):
        page = to_page(answer, reading, memory)
        turn = turn.before(page.oldest)
        memory = noted(page.memory, turn, last)
        yield replace(page, newest=None, oldest=None, gap=missed, memory=memory)
        missed = None


def likes(settings: XSource, posts: Sequence[str]) -> list[Stream]:
    """Return who likes the latest posts of the brand as a stream; X shows it to the account itself only."""
    ids = [id for id in posts if id.isdecimal()][: settings.likes]
    cost = MOST_LIKING * settings.price_user
    return [Stream("likes", f"who likes {len(ids)} recent posts", cost, len(ids), query=" ".join(ids))] if ids else []


def fetch_likes(window: Window, stream: Stream, settings: XSource, client: Client) -> Iterator[Page]:
    """Yield the latest likes of each post as one page; of a post that X does not show, a note."""
    memory = window.memory
    for post in stream.query.split():
        try:
            page = ask_likes(post, memory, settings, client)
        except SourceError as error:
            if not error.alone or error.until:
                raise
            page = Page((), notes=(str(error),))
        memory = {**memory, **page.memory}
        yield replace(page, memory=memory)


def ask_likes(post: str, memory: Mapping[str, Any], settings: XSource, client: Client) -> Page:
    """Return the latest likes of a post. Raises SourceError."""
    reading = Reading(settings, f"likes of post {post}", settings.price_user)
    params = {"max_results": MOST_LIKING, "user.fields": USER_FIELDS}
    answer = ask(client, f"/2/tweets/{post}/liking_users", params, settings, reading.about, as_user=True)
    users = listed(answer.get("data"), reading)
    cost, billed = bill(priced(users, "u", settings.price_user), memory.get("billed"))
    seen = now().isoformat(timespec="seconds")
    return Page(to_records([to_like(user, post, seen) for user in users]), cost=cost, memory={"billed": billed})


def to_like(user: Any, post: str, seen: str) -> Any:
    """Return a like as it is kept: who, of which post, and when we saw it."""
    if not isinstance(user, dict):
        return user
    id = text_at(user, "id")
    return {"liked": post, "id": id, "seen_at": seen, "people": {id: profile(user)}}
