"""The phrases that tell some texts from others."""

import re
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from pipeline.words import STOP, phrases

OF_PEOPLE = 3  # a phrase that fewer people use names nothing
OF_SHARE = 0.03  # ... nor does one that fewer of the topic's people use
CONSIDERED = 30  # the best phrases, among which a longer one may stand for a shorter
STANDS_FOR = 0.5  # ... where it is used by this share of the people who use the shorter


def keyness(inside: NDArray[np.int64], outside: NDArray[np.int64], n: int, m: int) -> NDArray[np.float64]:
    """Return Dunning's log-likelihood G² of phrases used by ``inside`` of n people and ``outside`` of m others.

    It is negative where the others use it more. Source: Dunning 1993, "Accurate methods for the statistics of surprise
    and coincidence", over people instead of words: one who says it a hundred times is one.
    """
    a, b = inside.astype(float), outside.astype(float)
    share = (a + b) / (n + m)
    total = sum(
        np.where(o > 0, o * np.log(np.maximum(o, 1e-12) / np.maximum(e, 1e-12)), 0.0)
        for o, e in ((a, n * share), (b, m * share), (n - a, n * (1 - share)), (m - b, m * (1 - share)))
    )
    return np.asarray(2 * total * np.sign(a / max(n, 1) - b / max(m, 1)))


def used(texts: Sequence[str], ignored: Collection[str], names: Sequence[str]) -> tuple[sparse.csr_array, list[str]]:
    """Return which text (row) uses which phrase (column), and the phrases, in the order of the alphabet."""
    found = [set(phrases(text, ignored, names)) for text in texts]
    counts: dict[str, int] = {}
    for each in found:
        for phrase in each:
            counts[phrase] = counts.get(phrase, 0) + 1
    known = sorted(phrase for phrase, many in counts.items() if many >= OF_PEOPLE)
    column = {phrase: place for place, phrase in enumerate(known)}
    at = [(row, column[phrase]) for row, each in enumerate(found) for phrase in each if phrase in column]
    rows, columns = np.array(at, dtype=np.int64).reshape(-1, 2).T
    ones = np.ones(len(rows), np.int64)
    return sparse.csr_array((ones, (rows, columns)), shape=(len(texts), len(known))), known


def by_person(table: sparse.csr_array, people: NDArray[np.int64]) -> tuple[NDArray[np.int64], int]:
    """Return how many people use each phrase, and how many people there are."""
    who, place = np.unique(people, return_inverse=True)
    ones = np.ones(len(place), np.int64)
    said = sparse.csr_array((ones, (place, np.arange(len(place)))), shape=(len(who), len(place))) @ table
    return np.asarray((said > 0).sum(0)).ravel().astype(np.int64), len(who)


def telling(
    table: sparse.csr_array, known: Sequence[str], people: NDArray[np.int64], inside: NDArray[np.bool_], many: int = 3
) -> list[str]:
    """Return up to ``many`` phrases that tell the texts ``inside`` (n,) from the others, the best first, none twice."""
    used_in, n = by_person(table[inside], people[inside])
    used_out, m = by_person(table[~inside], people[~inside])
    scores = np.where(used_in >= OF_PEOPLE, keyness(used_in, used_out, n, m), 0.0)
    common = np.where(used_in >= OF_SHARE * n, scores, 0.0)
    scores = common if (common > 0).any() else scores
    order = [int(i) for i in np.lexsort((np.arange(len(scores)), -scores))[:CONSIDERED] if scores[i] > 0]
    chosen: list[str] = []
    for place in order:
        phrase = longest(place, order, known, used_in)
        if len(chosen) < many and not any(stems(phrase) & stems(other) for other in chosen):
            chosen.append(phrase)
    return chosen


def longest(place: int, order: Sequence[int], known: Sequence[str], used_in: NDArray[np.int64]) -> str:
    """Return the longest of the best phrases that mostly stands where this one does, such as “customer service”."""
    around = [
        known[other]
        for other in order
        if f" {known[place]} " in f" {known[other]} " and used_in[other] >= STANDS_FOR * used_in[place]
    ]
    return max(around, key=lambda phrase: phrase.count(" "))


def stems(phrase: str) -> set[str]:
    """Return the words of a phrase that say something, in a form in which bag and bags, delay and delayed are one."""
    return {re.sub(r"(ing|ed|s|e)$", "", word)[:6] for word in phrase.split() if word not in STOP}
