"""The threads of Mastodon: a status tells only a local number of what it answers, so they are read for it."""

from collections.abc import Iterator, Sequence
from typing import Any

from pipeline.source_settings import MastodonSource
from pipeline.sources.mastodon_client import Caller, ask, not_documented
from pipeline.sources.mastodon_statuses import ref, summary, to_values
from pipeline.sources.network import Page, SourceError, to_list, to_records

MISSING = (404, 410)
THREAD = "a thread"


class Threads:
    """What is known of the threads that the statuses of one stream are in."""

    def __init__(self, client: Caller, what: str) -> None:
        self.client, self.what = client, what
        self.known: dict[str, Any] = {}

    def join(self, values: Any) -> Any:
        """Return a status with what it answers and with the address of its thread. Raises SourceError."""
        if not isinstance(values, dict) or not values.get("in_reply_to_id"):
            return values
        native, parent = str(values.get("id")), str(values["in_reply_to_id"])
        if parent not in self.known:
            self.learn(read_context(native, self.what, self.client))
        above = self.known.get(parent)
        return values | ({"parent": summary(above), "root": self.root_of(above)} if above else {})

    def learn(self, statuses: Sequence[Any]) -> None:
        """Remember statuses."""
        self.known |= {str(each["id"]): each for each in statuses if isinstance(each, dict) and each.get("id")}

    def root_of(self, status: Any) -> Any:
        """Return the address of the uppermost status that is known above one."""
        seen = set()
        while (above := str(status.get("in_reply_to_id"))) in self.known and above not in seen:
            seen.add(above)
            status = self.known[above]
        return status.get("uri")


def read_context(native: str, what: str, client: Caller) -> list[Any]:
    """Return what is above and below a status, from the top; nothing where it is not there any more."""
    try:
        found = ask(client, "status_context", what, id=native)
    except SourceError:
        if is_missing(client):
            return []
        raise
    try:
        return [*found["ancestors"], *found["descendants"]]
    except (KeyError, TypeError) as error:
        raise not_documented(what) from error


def is_missing(client: Caller) -> bool:
    """Say whether the last answer was the instance's own word that a status is not there, not that of a proxy."""
    if client.last is None or client.last.status_code not in MISSING:
        return False
    try:
        return bool(client.last.json()["error"])
    except (ValueError, KeyError, TypeError):
        return False


def fetch_threads(roots: Sequence[str], settings: MastodonSource, client: Caller) -> Iterator[Page]:
    """Yield every thread whole, each as one page. No message says which: an address is one of a person."""
    missing = 0
    for root in roots:
        before = client.requests
        try:
            top = find(root, settings, client)
        except SourceError:
            if not is_missing(client):
                raise
            top = None
        if top is None:
            missing += 1
            yield Page((), requests=client.requests - before)
        else:
            yield read_thread(top, settings, client, before)
    if missing:
        yield Page((), requests=0, notes=(f"{missing} of {len(roots)} threads not to be had here",))


def read_thread(top: Any, settings: MastodonSource, client: Caller, before: int) -> Page:
    """Return a thread as a page."""
    found = [top, *read_context(str(top["id"]), THREAD, client)]
    threads = Threads(client, THREAD)
    threads.learn(found)
    shown = [each for each in found if settings.direct_messages or ref(each, "visibility") != "direct"]
    values = [threads.join(to_values(each, settings.api_base)) for each in shown]
    return Page(to_records(values), requests=client.requests - before)


def find(root: str, settings: MastodonSource, client: Caller) -> Any:
    """Return a status by its address, None where the instance cannot find it. Raises SourceError.

    The last word of an address of the instance is the number that it knows the status by; for others it must search.
    """
    number = root.rsplit("/", 1)[-1]
    if root.startswith(f"{settings.api_base}/") and number.isdigit():
        return ask(client, "status", THREAD, id=number)
    if not client.has_token:
        return None
    found = ask(client, "search_v2", THREAD, q=root, resolve=True, result_type="statuses")
    statuses = found.get("statuses") if isinstance(found, dict) else None
    return next((each for each in to_list(statuses) if ref(each, "uri") == root), None)
