"""Whether statuses that are stored are still there, asked of the instance that they were read at."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.source_settings import MastodonSource
from pipeline.sources.mastodon_client import Caller, ask, not_documented
from pipeline.sources.mastodon_statuses import to_values
from pipeline.sources.mastodon_threads import is_missing
from pipeline.sources.network import Page, SourceError, Window, to_records
from pipeline.sources.parts import parts

LOOKED_UP_AT_ONCE = 20
NO_MORE = "deleted by its author or the moderators, or not shown to us any more"
WHAT = "what is stored"


def recheck(window: Window, ids: Sequence[str], settings: MastodonSource, client: Caller) -> Iterator[Page]:
    """Yield pages of statuses as they are now, and of those that are no more.

    ``ids`` are ``found_at`` and address of each: only the instance that a status was read at knows its number.
    """
    here = f"{settings.api_base}#"
    ours = [id.removeprefix(here) for id in ids if id.startswith(here)]
    for pairs, memory in parts(window, ours, LOOKED_UP_AT_ONCE, lambda pair: pair.split(" ", 1)[0]):
        known = dict(pair.split(" ", 1) for pair in pairs)
        before = client.requests
        values = [to_values(each, settings.api_base) for each in read_statuses(list(known), client)]
        values += read_missing(known, {str(each.get("id")) for each in values}, client)
        yield Page(to_records(values), requests=client.requests - before, memory=memory)


def read_statuses(numbers: Sequence[str], client: Caller) -> list[Any]:
    """Return those of the statuses that are there; none where the instance cannot be asked for several at once."""
    try:
        found = ask(client, "statuses", WHAT, ids=list(numbers))
    except SourceError:
        if client.last is not None and client.last.status_code == 404:  # older than Mastodon 4.3
            return []
        raise
    if not isinstance(found, list):
        raise not_documented(WHAT)
    return [each for each in found if isinstance(each, dict)]


def read_missing(known: Mapping[str, str], found: set[str], client: Caller) -> Iterator[dict[str, Any]]:
    """Yield a record of each status that was not found and is really not there."""
    for number, uri in known.items():
        if number not in found and is_gone(number, client):
            yield {"uri": uri, "gone": NO_MORE}


def is_gone(number: str, client: Caller) -> bool:
    """Say whether a status is not to be had any more. Raises SourceError for every fault that does not say so."""
    try:
        ask(client, "status", WHAT, id=number)
    except SourceError:
        if is_missing(client):
            return True
        raise
    return False
