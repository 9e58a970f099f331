"""Work that goes on while what it gave before is used."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def ahead(items: Iterable[Item]) -> Iterator[Item]:
    """Yield items; while one is used, the next is made in a thread of its own. None is no item."""
    found = iter(items)
    with ThreadPoolExecutor(1) as maker:
        waiting = maker.submit(next, found, None)
        while (item := waiting.result()) is not None:
            waiting = maker.submit(next, found, None)
            yield item
