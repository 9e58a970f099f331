"""Of many tests at once, how false a list of the surest would be (Benjamini & Hochberg 1995, JRSS B 57:289)."""

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


def q_values(p: Vector) -> Vector:
    """Return q (n,) of each p (n,): the false share to expect of a list of all tests that are at least as sure.

    Written out, since a library for it takes most of a second to import at every refresh.
    """
    order = np.argsort(p)
    shares = p[order] * len(p) / np.arange(1, len(p) + 1)
    found = np.empty(len(p))
    found[order] = np.minimum.accumulate(shares[::-1])[::-1].clip(max=1)
    return found
