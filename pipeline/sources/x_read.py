"""Answers of X page by page, and the moments that a question may name."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.sources.network import SourceError
from pipeline.sources.x_client import Client, ask
from pipeline.sources.x_errors import not_documented
from pipeline.sources.x_pages import Reading

REACH = timedelta(days=7) - timedelta(minutes=10)  # of the recent search; the rest is for clocks that differ
FRESHEST = timedelta(seconds=11)  # X refuses an end within the last ten seconds


@dataclass(frozen=True)
class Question:
    """A route with its parameters; ``token`` is what it calls the place to go on from.

    ``as_user``: asked with the keys of the user. ``most``: pages in this run. ``pause``: seconds between two.
    """

    route: str
    params: Mapping[str, Any]
    token: str = "next_token"
    as_user: bool = False
    most: int = 1
    pause: float = 0.0


def now() -> datetime:
    """Return the moment, as naive UTC."""
    return datetime.now(UTC).replace(tzinfo=None)


def floor() -> datetime:
    """Return how far back the recent search reaches."""
    return now() - REACH


def span(since: datetime | None, until: datetime | None) -> dict[str, str]:
    """Return the parameters of a window."""
    start = {"start_time": written(since)} if since else {}
    return start | ({"end_time": written(min(until, now() - FRESHEST))} if until else {})


def written(moment: datetime) -> str:
    """Return a naive UTC moment as X writes it."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def ask_pages(client: Client, question: Question, reading: Reading) -> Iterator[tuple[dict[str, Any], bool]]:
    """Yield every answer, and whether it is the last. Raises SourceError, also where there are more than ``most``."""
    size: dict[str, Any] = {"max_results": reading.settings.page_size}
    params = size | dict(question.params)
    for number in range(question.most):
        if number:
            time.sleep(question.pause)
        answer = ask(client, question.route, params, reading.settings, reading.about, question.as_user)
        following = next_token(answer, reading.about)
        yield answer, following is None
        if following is None:
            return
        if following == params.get(question.token):
            raise not_documented(reading.about)
        params[question.token] = following
    raise SourceError(
        f"X, {reading.about}: most_pages of {reading.settings.most_pages} is reached; what was read is kept, and the "
        "next run goes on",
        alone=True,
    )


def next_token(answer: Mapping[str, Any], about: str) -> str | None:
    """Return where an answer goes on, None where it ends. Raises SourceError where it is not of the documented form."""
    meta = answer.get("meta", {})
    if not isinstance(meta, dict):
        raise not_documented(about, billed=True)
    found = meta.get("next_token")
    return str(found) if found else None
