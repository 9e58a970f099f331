"""What every network source offers to the runner, and in which shapes."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event
from typing import Any

from pipeline.touch import Brand, Mapped, MappingError, Outcome, Record, Reject, not_text

Secrets = Mapping[str, str]
Known = Callable[[Collection[str]], set[str]]

RECHECK_PAGE = 100  # ids


class SourceError(RuntimeError):
    """A source cannot go on in this run; the message says why and what to do. What was fetched before it is kept.

    ``until`` is when it may be tried again, as naive UTC, where the network said so. ``alone``: it concerns this stream
    only, such as one feed of many, and says nothing of the others. ``billed``: the network has answered and bills it,
    though nothing can be made of the answer.
    """

    def __init__(self, message: str, until: datetime | None = None, alone: bool = False, billed: bool = False) -> None:
        super().__init__(message)
        self.until = until
        self.alone = alone
        self.billed = billed


def reason(error: BaseException) -> str:
    """Return why nobody was reached as the system says it, for libraries wrap that in pools, retries and addresses."""
    words, inner, seen = str(error), error.__cause__ or error.__context__, {id(error)}
    while inner and id(inner) not in seen:
        seen.add(id(inner))
        if isinstance(inner, OSError):
            words = inner.strerror or str(inner) or words
        inner = inner.__cause__ or inner.__context__
    return words


@dataclass(frozen=True)
class Stream:
    """One thing that a source reads on and on: a timeline, a search, a feed.

    ``page_cost`` is the most that one page of it can cost, in USD. ``pages`` is the most pages that a window can need,
    None where nobody can know. ``oldest_first``: a page is complete up to its newest record, so that the next run can
    go on from there. ``once``: it is not read any more when the memory of a page says ``finished``. ``anew``: the
    network cannot be asked for the rest of a window that was left unfinished, so that all of it is read again.
    """

    name: str
    what: str
    page_cost: float = 0.0
    pages: int | None = None
    oldest_first: bool = False
    query: str = ""
    once: bool = False
    anew: bool = False


@dataclass(frozen=True)
class Window:
    """What is asked for: from ``since`` (None: as far back as the network goes) to before ``until`` (None: now).

    ``memory`` is what the source left with the last finished window, such as an ETag. ``ending`` is set when a source
    that is followed is to hear no more.
    """

    since: datetime | None = None
    until: datetime | None = None
    memory: Mapping[str, Any] = field(default_factory=dict)
    ending: Event = field(default_factory=Event, compare=False)


@dataclass(frozen=True)
class Page:
    """One answer of a network: its records with the newest and oldest moment among them (naive UTC).

    ``cost`` is what its resources cost in USD, ``requests`` how many requests it took. ``gap``: what was between these
    moments cannot be had any more. ``notes`` are words for the run's record, such as a partial error.
    """

    records: Sequence[Record]
    newest: datetime | None = None
    oldest: datetime | None = None
    requests: int = 1
    cost: float = 0.0
    gap: tuple[datetime, datetime] | None = None
    notes: tuple[str, ...] = ()
    memory: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Network:
    """A source that is read over the network, as functions; ``settings`` is its entry of ``[[sources]]``.

    ``streams(settings, brand, conversations)``: what it reads; conversations are the native ids of recent threads.
    ``more_streams(settings, brand, posts)``: what it reads after that; posts are native ids of what the brand said.
    ``connect(settings, secrets)``: the client; raises SourceError naming the missing secret. Libraries load here.
    ``fetch(window, stream, settings, client)``: yields pages; raises SourceError.
    ``to_touch(record, brand)``: pure; raises MappingError with the reason.
    ``recheck(window, ids, settings, client)``: yields pages whose records say which of up to millions of native ids are
    gone; the window has the memory of the last page, which tells where to go on; it is empty after the last id. Where
    it says ``waiting``, the answer is not there yet, and the next run asks again for it.
    ``recheck_cost(settings)``: at most in USD, of one id; a page is of no more than RECHECK_PAGE.
    ``recheck_by``: a field of the raw record that comes before each of these ids, with a space, where it is asked by.
    ``follow(window, known, settings, brand, client)``: yields pages as they come, for ever; the window has the memory
    of the last page, and ``known(ids)`` says which of some native ids are stored, for what is told of all at once.
    ``follow_cost(settings)``: the most that one page of it can cost with what is heard until it is saved, in USD. A
    source that has one yields what it has heard once the window's ``ending`` is set, and ends.
    ``secrets``: the names of the environment variables that it reads, for advice and for keeping them out of logs.
    """

    streams: Callable[[Any, Brand, Sequence[str]], Sequence[Stream]]
    connect: Callable[[Any, Secrets], Any]
    fetch: Callable[[Window, Stream, Any, Any], Iterator[Page]]
    to_touch: Callable[[Record, Brand], Outcome]
    more_streams: Callable[[Any, Brand, Sequence[str]], Sequence[Stream]] | None = None
    secrets: tuple[str, ...] = ()
    recheck: Callable[[Window, Sequence[str], Any, Any], Iterator[Page]] | None = None
    recheck_cost: Callable[[Any], float] | None = None
    recheck_by: str = ""
    follow: Callable[[Window, Known, Any, Brand, Any], Iterator[Page]] | None = None
    follow_cost: Callable[[Any], float] | None = None


def need(secrets: Secrets, name: str, how: str) -> str:
    """Return a secret. Raises SourceError naming the variable, and how to get one."""
    value = secrets.get(name, "").strip()
    if not value:
        raise SourceError(f"{name} is not set: put it into the environment or into .env; {how}")
    return value


def outcome(record: Record, brand: Brand, to_touch: Callable[[Record, Brand], Outcome]) -> Outcome:
    """Return what becomes of a record; whatever is wrong with what a network sent becomes a reject with its reason."""
    if record.problem:
        return Reject(record, record.problem)
    try:
        found = to_touch(record, brand)
        if isinstance(found, Mapped) and (name := not_text(found.touch)):
            raise TypeError(f"{name} is no text")
        return found
    except MappingError as error:
        return Reject(record, str(error))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        return Reject(record, f"not of the form that the source documents: {type(error).__name__}: {error}"[:300])


def to_list(value: Any) -> list[Any]:
    """Return what a network sent where it documents a list; what is no list is an empty one."""
    return value if isinstance(value, list) else []


def to_records(values: Sequence[Any]) -> list[Record]:
    """Return what a network sent as records, numbered from 1; what is no object is one with its problem."""
    return [
        Record(number, value) if isinstance(value, dict) else Record(number, {"value": value}, "not a JSON object")
        for number, value in enumerate(values, 1)
    ]
