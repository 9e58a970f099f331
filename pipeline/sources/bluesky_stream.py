"""The stream of all posts of Bluesky, which needs no key: what concerns the brand, and what its authors take back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.source_settings import BlueskySource
from pipeline.sources.about import is_about
from pipeline.sources.bluesky_client import Caller, ask
from pipeline.sources.bluesky_jetstream import listen
from pipeline.sources.bluesky_posts import moment_of, own_handles, owner, parent_of, quoted_uri_of, ref
from pipeline.sources.network import Known, Page, SourceError, Window, to_list, to_records
from pipeline.touch import Brand

PROFILES_AT_ONCE = 25
DELETED = "deleted by its author"
OUTDATED = "OutdatedCursor"
QUIET = timedelta(minutes=1)

Event = Mapping[str, Any]
Gap = tuple[datetime, datetime]


@dataclass
class Names:
    """Who is behind an id, asked once for each; ``own`` are the ids of the brand with their handles."""

    client: Caller
    own: Mapping[str, str]
    known: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def learn(self, dids: Sequence[str]) -> None:
        """Ask for the names of those that are new. Raises SourceError."""
        new = sorted({did for did in dids if did and did not in self.known})
        for start in range(0, len(new), PROFILES_AT_ONCE):
            actors = new[start : start + PROFILES_AT_ONCE]
            answer = ask(self.client, "app.bsky.actor.getProfiles", {"actors": actors}, "the names of authors")
            found = [each for each in to_list(answer.get("profiles")) if isinstance(each, dict)]
            self.known |= {did: {} for did in actors} | {ref(each, "did"): each for each in found}

    def of(self, did: str) -> dict[str, Any]:
        """Return what is known of who is behind an id."""
        profile: Mapping[str, Any] = {"handle": self.own[did]} if did in self.own else self.known.get(did, {})
        return {key: profile[key] for key in ("handle", "displayName") if key in profile} | {"did": did}


def follow(window: Window, known: Known, settings: BlueskySource, brand: Brand, client: Caller) -> Iterator[Page]:
    """Yield a page as soon as something concerns the brand, else every QUIET, for ever. Raises SourceError.

    A post tells whose it is only by an id, so that names are asked for; without an answer it is kept without them.
    """
    names, told = Names(client, own_dids(brand, client)), window.since
    batches = listen(settings.jetstream_base, window.memory.get("cursor"), settings.timeout_seconds)
    for events, gap in with_gaps(batches, window.since):
        found = choose(events, known, names.own, brand)
        newest = max(moments_of(events), default=None)
        if found or gap or told is None or (newest and newest - told >= QUIET):
            told = newest or told
            yield to_page(found, names, newest, gap)


def to_page(found: Sequence[dict[str, Any]], names: Names, newest: datetime | None, gap: Gap | None) -> Page:
    """Return a page with the place to go on from after it."""
    before = names.client.requests
    notes = learn(found, names)
    records = to_records([joined(values, names) for values in found])
    memory = {"cursor": micros(newest)} if newest else {}
    return Page(records, newest, requests=names.client.requests - before, gap=gap, notes=notes, memory=memory)


def own_dids(brand: Brand, client: Caller) -> dict[str, str]:
    """Return the ids of the brand's accounts with their handles. Raises SourceError where there is none of a handle."""
    found = {}
    for handle in own_handles(brand):
        answer = ask(client, "com.atproto.identity.resolveHandle", {"handle": handle}, f"handle {handle}")
        found[ref(answer, "did")] = handle
    return found


def choose(events: Sequence[Event], known: Known, own: Mapping[str, str], brand: Brand) -> list[dict[str, Any]]:
    """Return what is to be kept: posts that concern the brand, and what has become of those that are stored.

    Of several events of one post the last one counts.
    """
    latest: dict[str, dict[str, Any]] = {}
    for event in events:
        if event.get("operation"):
            values = to_values(event)
            latest[values["uri"]] = values
    doubtful = [uri for uri, values in latest.items() if not concerns(values, own, brand) and is_change(values)]
    stored = known(doubtful) if doubtful else set()
    return [values for uri, values in latest.items() if uri in stored or concerns(values, own, brand)]


def to_values(event: Event) -> dict[str, Any]:
    """Return an event of the stream in the form in which the search shows a post."""
    uri = f"at://{event['did']}/{event['collection']}/{event['rkey']}"
    if event["operation"] == "delete":
        return {"uri": uri, "gone": DELETED}
    kept = {"uri": uri, "cid": event.get("cid"), "record": event.get("record"), "indexedAt": event.get("time")}
    changed = {"updated": True} if event["operation"] == "update" else {}
    return kept | {"author": {"did": event["did"]}} | changed


def is_change(values: Mapping[str, Any]) -> bool:
    """Say whether an event is of a post that was there before."""
    return "gone" in values or "updated" in values


def concerns(values: Mapping[str, Any], own: Mapping[str, str], brand: Brand) -> bool:
    """Say whether a post may be to, of or about the brand; what it is exactly is for to_touch to say."""
    record = values.get("record")
    if not isinstance(record, dict):
        return False
    people = [ref(values, "author", "did"), owner(parent_of(values)), owner(quoted_uri_of(record))]
    shown = f"{record.get('text')}\n{ref(record, 'embed', 'external', 'title')}"
    return any(did in own for did in people) or is_about(shown, brand)


def learn(found: Sequence[Mapping[str, Any]], names: Names) -> tuple[str, ...]:
    """Ask who wrote what is to be kept; return a note where nobody answers."""
    posts = [values for values in found if "gone" not in values]
    people = [did for values in posts for did in (ref(values, "author", "did"), owner(parent_of(values)))]
    try:
        names.learn([did for did in people if did not in names.own])
    except SourceError as error:
        return (f"kept without names of their authors: {error}",)
    return ()


def joined(values: dict[str, Any], names: Names) -> dict[str, Any]:
    """Return a post with who wrote it, and whom it answers or quotes."""
    if "gone" in values:
        return values
    quotes = owner(quoted_uri_of(values.get("record")))
    people = {
        "author": names.of(ref(values, "author", "did")),
        "parent_author": names.of(owner(parent_of(values))),
        "quoted_author": names.of(quotes),
    }
    return values | {key: person for key, person in people.items() if person["did"]}


def moments_of(events: Sequence[Event]) -> list[datetime]:
    """Return when the stream saw the events."""
    seen = [{"indexedAt": event.get("witnessedAt") or event.get("time")} for event in events]
    return [moment for each in seen if (moment := moment_of(each))]


def micros(moment: datetime) -> int:
    """Return a naive UTC moment as the stream takes it for a place to go on from, at whichever of its hosts."""
    return int(moment.replace(tzinfo=UTC).timestamp() * 1_000_000)


def with_gaps(
    batches: Iterable[Sequence[Event]], since: datetime | None
) -> Iterator[tuple[Sequence[Event], Gap | None]]:
    """Yield events with what the stream has no more, where it says that it goes on later than it was asked to.

    It says so before the first event, which may come in a later batch; only that one tells the moment.
    """
    outdated = False
    for events in batches:
        outdated |= any(event.get("name") == OUTDATED for event in events)
        moments = moments_of(events)
        yield events, (since, min(moments)) if outdated and since and moments else None
        outdated &= not moments
