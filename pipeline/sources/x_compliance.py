"""Whether stored posts of X are still to be had, by a compliance job, or by looking each of them up."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pipeline.source_settings import XSource
from pipeline.sources.network import RECHECK_PAGE, Page, Window, to_records
from pipeline.sources.x_bill import bill, priced
from pipeline.sources.x_client import Client, ask
from pipeline.sources.x_errors import not_documented, shorten
from pipeline.sources.x_job import by_job
from pipeline.sources.x_pages import to_gone
from pipeline.sources.xarchive import text_at

ABOUT = "what is stored"
POST_ID = re.compile(r"[0-9]{15,19}")  # all since November 2010; data sets number their posts anew, from 1
FIELDS = {"tweet": {"tweet.fields": "withheld"}, "post": {"post.fields": "id,text,withheld"}}
WITHHELD = "withheld by X, in some countries or everywhere"
SUSPENDED = "its account is suspended"
REASONS = {  # of partial errors, by the end of their type
    "resource-not-found": "deleted, or its account is gone",
    "not-authorized-for-resource": "not shown to this app any more",
    "disallowed-resource": "not shown to this app any more",
}

Recheck = Callable[[Mapping[str, Any], Sequence[str], XSource, Client], Iterator[Page]]


def recheck(window: Window, ids: Sequence[str], settings: XSource, client: Client) -> Iterator[Page]:
    """Yield pages of what became of stored posts; ids of likes are none of posts. Raises SourceError."""
    posts = sorted({id for id in ids if POST_ID.fullmatch(id)}, key=int)
    if posts:
        yield from RECHECK[settings.recheck](window.memory, posts, settings, client)
    else:
        yield Page((), requests=0)


def recheck_cost(settings: XSource) -> float:
    """Return the most that one post can cost, in USD; X names no price for jobs."""
    return settings.price_post if settings.recheck == "lookup" else 0.0


def look_up(memory: Mapping[str, Any], posts: Sequence[str], settings: XSource, client: Client) -> Iterator[Page]:
    """Yield an answer for every hundred posts; the memory has the last id, after which the next run goes on."""
    billed, left = memory.get("billed"), [id for id in posts if int(id) > int(memory.get("after", 0))]
    for start in range(0, len(left), RECHECK_PAGE):
        asked = left[start : start + RECHECK_PAGE]
        answer = ask(client, "/2/tweets", {"ids": ",".join(asked)} | FIELDS[settings.fields], settings, ABOUT)
        found, errors = listed(answer, "data"), listed(answer, "errors")
        cost, billed = bill(priced(found, "p", settings.price_post), billed)
        after = {"after": asked[-1]} if start + RECHECK_PAGE < len(left) else {}
        records = to_records([*withheld(found), *missing(errors, asked)])
        yield Page(records, cost=cost, notes=others(errors, asked), memory={"billed": billed} | after)
    if not left:
        yield Page((), requests=0, memory={"billed": billed} if billed else {})


def listed(answer: Mapping[str, Any], key: str) -> list[Any]:
    """Return a list of an answer, empty where it is missing. Raises SourceError where it is anything else."""
    values = answer.get(key) or []
    if not isinstance(values, list):
        raise not_documented(ABOUT)
    return values


def withheld(posts: Sequence[Any]) -> list[dict[str, Any]]:
    """Return records of posts that X shows, but not to everybody."""
    return [to_gone([text_at(post, "id")], WITHHELD) for post in posts if isinstance(post, dict) and "withheld" in post]


def missing(errors: Sequence[Any], asked: Sequence[str]) -> list[dict[str, Any]]:
    """Return records of posts that X does not show any more, each with the reason."""
    reasons = {subject(error): reason(error) for error in errors if is_missing(error, asked)}
    return [to_gone([id], why) for id, why in reasons.items()]


def is_missing(error: Any, asked: Sequence[str]) -> bool:
    """Say whether a partial error tells that one of the posts is not to be had."""
    return kind(error) in REASONS and subject(error) in asked


def kind(error: Any) -> str:
    """Return what kind of error it is, as the end of an address."""
    return text_at(error, "type").rpartition("/")[2]


def subject(error: Any) -> str:
    """Return the id that an error is about."""
    return text_at(error, "resource_id") or text_at(error, "value")


def reason(error: Any) -> str:
    """Return why a post is not to be had, in our words."""
    return SUSPENDED if "suspended" in text_at(error, "detail") else REASONS[kind(error)]


def others(errors: Sequence[Any], asked: Sequence[str]) -> tuple[str, ...]:
    """Return words about errors that tell nothing of a post."""
    told = [
        shorten(f"X: {text_at(error, 'title')}: {text_at(error, 'detail')}")
        for error in errors
        if not is_missing(error, asked)
    ]
    return tuple(dict.fromkeys(told))


RECHECK: Mapping[str, Recheck] = {"job": by_job, "lookup": look_up}
