"""Fits how strongly and how fast feelings drift to the variogram of drift.sql.

gamma(h) = s2 + td2 (1 - exp(-h / ell)): a lasting part of a feeling cancels in the difference of two messages, so what
grows with the days h between them is drift, and what is there at once is noise.
"""

from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

FEWEST = 200  # touches with an earlier one of the same person
FEWEST_LAGS = 6
SHORTEST = 7.0  # days; the variogram is by the week
SURE = 0.05  # largest p at which drift is said to be there

Vector = NDArray[np.float64]
SCHEMA = pa.schema(
    [("brand", pa.string())]
    + [(name, pa.float64()) for name in ("mu", "s2", "tc2", "td2", "ell", "half_life_days")]
    + [("pairs", pa.int64()), ("origin", pa.string())]
)


def gamma(lag: Vector, s2: float, td2: float, ell: float) -> Vector:
    """Return the variogram (n,) of noise s2 and drift of variance td2 and length ell, at lags (n,) in days."""
    return s2 + td2 * (1 - np.exp(-lag / ell))


def fit(lag: Vector, seen: Vector, weight: Vector) -> tuple[float, float, float] | None:
    """Return (s2, td2, ell) that fit a seen variogram best, all arrays (n,); None where no drift is measurable.

    It is where an F test prefers the fit to a flat line. ell stays below the longest lag seen: drift slower than the
    history is long cannot be told from a lasting difference.
    """
    from scipy.optimize import curve_fit  # late, since few brands have pairs enough for it
    from scipy.stats import f

    top = 4 * float(seen.max())
    start = (float(seen[0]), top / 16, np.sqrt(SHORTEST * lag[-1]))
    bounds = ((0, 0, SHORTEST), (top, top, lag[-1]))
    try:
        found, _ = curve_fit(gamma, lag, seen, start, 1 / np.sqrt(weight), bounds=bounds, x_scale="jac")
    except RuntimeError:  # it found no end: as good as none
        return None
    flat = weight @ (seen - np.average(seen, weights=weight)) ** 2
    left = weight @ (seen - gamma(lag, *found)) ** 2
    free = len(lag) - len(found)
    if f.sf((flat - left) / 2 / (left / free), 2, free) > SURE:
        return None
    s2, td2, ell = map(float, found)
    return s2, td2, ell


def of_brand(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the parts of a feeling of one brand from its variogram; ``origin`` says whether drift is known."""
    first = rows[0]
    facts = {"brand": first["brand"], "mu": first["mu"]}
    none = {"s2": first["s2"], "tc2": first["t2"], "td2": 0.0, "ell": None, "half_life_days": None}
    known = [row for row in rows if row["lag"] is not None]
    lag, seen, weight = (np.array([row[name] for row in known]) for name in ("lag", "half_square", "weight"))
    facts["pairs"] = round(weight.sum())  # touches with an earlier one: the pairs of each weigh 1
    if facts["pairs"] < FEWEST or len(known) < FEWEST_LAGS or lag[-1] <= SHORTEST or not seen.any():
        return facts | none | {"origin": "too few pairs"}
    found = fit(lag, seen, weight)
    if found is None:
        return facts | none | {"origin": "no drift measurable"}
    s2, td2, ell = found
    lasting = max(0.0, first["t2"] - td2 / 2)  # half of the drift is in the means of people, too
    parts = {"s2": s2, "tc2": lasting, "td2": td2, "ell": ell, "half_life_days": ell * float(np.log(2))}
    return facts | parts | {"origin": "fitted"}


def finish(rows: pa.Table) -> pa.Table:
    """Return, per brand, the variances of noise, lasting and drifting feeling, and the half-life of drift in days."""
    brands = groupby(rows.to_pylist(), itemgetter("brand"))
    return pa.Table.from_pylist([of_brand(list(found)) for _, found in brands], schema=SCHEMA)
