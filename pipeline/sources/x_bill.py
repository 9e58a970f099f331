"""What an answer of X costs: every resource in it, once a day."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from pipeline.sources.xarchive import text_at

MOST_REMEMBERED = 2000  # ids of each kind that were paid for today; the newest come again, since windows overlap


def bill(prices: Mapping[str, float], billed: Mapping[str, Any] | None) -> tuple[float, dict[str, Any]]:
    """Return the cost of resources in USD, and what was paid for today with them.

    X bills a resource once within a day (UTC), however often it is in an answer.
    """
    today = datetime.now(UTC).date().isoformat()
    before = list(billed["ids"]) if billed and billed.get("day") == today else []
    known = set(before)
    new = [id for id in prices if id not in known]
    return sum(prices[id] for id in new), {"day": today, "ids": newest([*before, *new])}


def newest(ids: Sequence[str]) -> list[str]:
    """Return the newest ids of each kind: X gives higher ones later."""
    found = sorted(ids, key=lambda id: (id[:1], int("".join(filter(str.isdecimal, id)) or 0)))
    return [id for _, kind in groupby(found, key=lambda id: id[:1]) for id in [*kind][-MOST_REMEMBERED:]]


def priced(resources: Sequence[Any], kind: str, price: float) -> dict[str, float]:
    """Return the price of each resource by kind and id; one without id is priced by its place."""
    return {f"{kind}{text_at(each, 'id') or f'?{place}'}": price for place, each in enumerate(resources)}
