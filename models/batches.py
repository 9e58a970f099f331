"""Texts of like length into batches of about the same number of word pieces."""

from collections.abc import Iterator, Sequence

# Word pieces a batch: enough to keep two cores busy, few enough to stay in their caches.
BUDGET = 512


def by_budget(lengths: Sequence[int], budget: int = BUDGET) -> Iterator[list[int]]:
    """Yield the rows in batches, longest first, each of at most ``budget`` word pieces with its padding.

    A row that is longer than the budget is a batch of its own.
    """
    order = sorted(range(len(lengths)), key=lambda row: -lengths[row])
    start = 0
    while start < len(order):
        many = max(1, budget // max(lengths[order[start]], 1))
        yield order[start : start + many]
        start += many
