"""What is to be looked up again, part by part, from where the last run was cut off."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pipeline.sources.network import Window

Part = tuple[list[str], dict[str, Any]]


def parts(window: Window, ids: Sequence[str], size: int, order: Callable[[str], str] = str) -> Iterator[Part]:
    """Yield so many ids at once, each with the memory after them: the place that the next run goes on behind.

    They come by ``order``, not as they were stored: the one of the last place may be gone by then. It is what is
    remembered, so that of ids which are addresses of people it should be the number alone.
    """
    found, after = sorted(ids, key=order), str(window.memory.get("after", ""))
    left = [id for id in found if order(id) > after] or found
    for start in range(0, len(left), size):
        part = left[start : start + size]
        yield part, {"after": order(part[-1])} if start + size < len(left) else {}
