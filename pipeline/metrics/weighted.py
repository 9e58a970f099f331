"""What a level leaves unexplained of points that are not equally sure, in the form in which ruptures asks for it."""

import numpy as np
import ruptures
from numpy.typing import NDArray

Values = NDArray[np.float64]


class Weighted(ruptures.base.BaseCost):  # type: ignore[misc]
    """Cost of a segment whose points (t,) have the variances ``error``: what its weighted mean leaves unexplained."""

    model, min_size = "weighted l2", 1

    def __init__(self, error: Values):
        self.weight = 1 / error

    def fit(self, signal: Values) -> "Weighted":
        """Take the series and sum it up to each point."""
        self.signal = signal
        y = signal[:, 0]
        self.sums = np.vstack([np.zeros(3), np.cumsum(self.weight[:, None] * np.c_[np.ones_like(y), y, y * y], 0)])
        return self

    def error(self, start: int, end: int) -> float:
        """Return the cost of the points from start to before end."""
        w, wy, wyy = (self.sums[end] - self.sums[start]).tolist()
        return float(wyy - wy * wy / w)
