"""How far the level of a brand is off, that the model reads and nobody has labelled: seen on targets never learned."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.data import Labelled

ENOUGH = 60  # labels of a target
WORTH = np.array([-1.0, 0.0, 1.0])


def shift(matrix: NDArray[np.float64], probabilities: NDArray[np.float32], rows: Labelled) -> dict[str, Any]:
    """Return the standard deviation, over targets, of the error of their net sentiment beyond the chance of few labels.

    ``corrected`` is that of the net whose errors were taken out by ``matrix``, the mean probabilities (3, 3) of each
    true class on other texts; ``raw`` that of the probabilities as they came. As for a random effect, by moments: the
    mean over ``targets`` of squared error less squared standard error. None where no target has enough labels, or the
    matrix tells no class from another.
    """
    worths = {"raw": WORTH, "corrected": values(matrix)}
    places = [np.flatnonzero([each == target for each in rows.targets]) for target in sorted(set(rows.targets))]
    places = [place for place in places if len(place) >= ENOUGH]
    truth = WORTH[np.array(rows.labels)]
    found = dict[str, float | None]()
    for name, worth in worths.items():
        if worth is None or not places:
            found[name] = None
            continue
        errors = [probabilities[place] @ worth - truth[place] for place in places]
        beyond = [each.mean() ** 2 - each.var(ddof=1) / len(each) for each in errors]
        found[name] = round(float(np.sqrt(max(0.0, np.mean(beyond)))), 4)
    return {"targets": len(places), **found}


def values(matrix: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return what a probability of each class is worth; None where the matrix cannot be solved."""
    try:
        return np.asarray(np.linalg.solve(matrix, WORTH))
    except np.linalg.LinAlgError:
        return None
