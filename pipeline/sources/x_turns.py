"""In which turns known posts of X are asked about: first what was left unfinished, then what waits longest."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from pipeline.sources.x_read import REACH, now

Gap = tuple[datetime, datetime] | None


@dataclass(frozen=True)
class Turn:
    """Posts that are asked about together, by their ids; moments are naive UTC.

    ``begun``: all up to then is there once the turn was read to its end. ``since``: when they were last asked about,
    None where they never were. ``until``: what is newer was brought by an earlier page or run.
    """

    ids: Sequence[str]
    begun: datetime
    since: datetime | None = None
    until: datetime | None = None

    def before(self, oldest: datetime | None) -> "Turn":
        """Return what is left after a page that goes back so far; several posts of one second may straddle a page."""
        reached = oldest and min(oldest, now()) + timedelta(seconds=1)
        return replace(self, until=min(filter(None, (self.until, reached)), default=None))

    def missed(self, limit: datetime) -> Gap:
        """Return what was to be asked for and is out of reach now, which begins at ``limit``.

        Of posts that are new here it is known only where all of the rest is: most are younger than that.
        """
        since = self.since or (self.begun - REACH if self.until and self.until <= limit else limit)
        return (since, min(limit, self.until or limit)) if since < limit else None


def turns(ids: Sequence[str], memory: Mapping[str, Any]) -> Iterator[Turn]:
    """Yield the turns of one run; posts that were last asked about at the same moment are asked about together."""
    begun, left, read = now(), memory.get("unfinished"), memory["read"]
    if left:
        yield Turn(left["ids"], datetime.fromisoformat(left["begun"]), moment(left["since"]), moment(left["until"]))
        read = {**read, **dict.fromkeys(left["ids"], left["begun"])}
    for asked, group in by_moment(ids, read):
        yield Turn(group, begun, moment(asked))


def moment(told: str | None) -> datetime | None:
    """Return a moment of the memory; None where it has none."""
    return datetime.fromisoformat(told) if told else None


def by_moment(ids: Sequence[str], read: Mapping[str, str]) -> list[tuple[str, list[str]]]:
    """Return the posts by when they were last asked about, those first that never were."""
    ordered = sorted(ids, key=lambda id: read.get(id, ""))
    return [(asked, list(group)) for asked, group in groupby(ordered, lambda id: read.get(id, ""))]


def noted(memory: Mapping[str, Any], turn: Turn, last: bool) -> dict[str, Any]:
    """Return the memory after a page: up to when the posts of a turn are read, or what is left of it."""
    others = {key: value for key, value in memory.items() if key != "unfinished"}
    if last:
        return others | {"read": {**memory["read"], **dict.fromkeys(turn.ids, turn.begun.isoformat())}}
    moments = {"begun": turn.begun, "since": turn.since, "until": turn.until}
    told = {name: found.isoformat() if found else None for name, found in moments.items()}
    return others | {"unfinished": {"ids": list(turn.ids), **told}}
