"""Says in hindsight when a brand's level turned: the best cut of the weekly series with known errors.

The cost of a level is Σ (y − ȳ)² / se², ȳ being its weighted mean. An equal cost would take each week for equally sure;
dividing the series by its errors would take a growing number of people for a turn.
"""

from itertools import groupby, pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.metrics.fewest import FEWEST
from pipeline.metrics.trend import to_points

SHORTEST = 3  # weeks that a level must have held
PENALTY = 3.0  # times ln(weeks), what one more turn must explain

Values = NDArray[np.float64]
SCHEMA = pa.schema(
    [("brand", pa.string()), ("week", pa.date32())]
    + [(name, pa.float64()) for name in ("before", "after", "change", "low", "high")]
    + [("people", pa.int64())]
)


def turns(y: Values, variances: Values) -> list[int]:
    """Return the positions at which a new level begins, oldest first, given y (weeks,) and its variances (weeks,).

    Of all cuts the one of least cost, by optimal partitioning (Jackson et al. 2005, IEEE Signal Process. Lett. 12:105),
    which is what PELT finds, too. Written out, since a library for it takes a second to import at every refresh.
    """
    if len(y) < 2 * SHORTEST:
        return []
    penalty = PENALTY * np.log(len(y))
    centred = y - np.average(y, weights=1 / variances)  # else the squares cancel each other
    sums = np.cumsum(np.c_[np.ones_like(y), centred, centred**2] / variances[:, None], axis=0)
    sums = np.vstack([np.zeros(3), sums])
    least = np.full(len(y) + 1, np.inf)
    least[0] = -penalty  # the first level is no turn
    began = np.zeros(len(y) + 1, dtype=int)
    for end in range(SHORTEST, len(y) + 1):
        weight, first, second = (sums[end] - sums[: end - SHORTEST + 1]).T
        costs = least[: end - SHORTEST + 1] + second - first**2 / weight + penalty
        began[end] = np.argmin(costs)
        least[end] = costs[began[end]]
    found = []
    at = int(began[-1])
    while at:
        found.append(at)
        at = int(began[at])
    return found[::-1]


def describe(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return one brand's turns: from which level to which, with the band of the change, and how many people spoke.

    Not those of which one level was made by fewer than FEWEST people, since what these feel is not told.
    """
    points = to_points(rows, "week")
    y, error = points.heard()
    known = np.flatnonzero(np.isfinite(error))
    y, weight = y[known], 1 / error[known]
    at = turns(y, error[known])
    edges = [0, *at, len(known)]
    means = [float(np.average(y[a:b], weights=weight[a:b])) for a, b in pairwise(edges) if b > a]
    variances = [float(1 / weight[a:b].sum()) for a, b in pairwise(edges) if b > a]
    heard = [{person for t in known[a:b] for person in rows[t]["persons"]} for a, b in pairwise(edges)]
    result = []
    for turn, here in enumerate(at, start=1):
        if min(len(heard[turn - 1]), len(heard[turn])) < FEWEST:
            continue
        change = means[turn] - means[turn - 1]
        reach = 1.645 * np.sqrt(variances[turn] + variances[turn - 1])
        both = heard[turn - 1] | heard[turn]
        facts = {"brand": rows[0]["brand"], "week": rows[known[here]]["week"], "people": len(both)}
        levels = {"before": means[turn - 1], "after": means[turn]}
        changes = {"change": change, "low": change - reach, "high": change + reach}
        result.append(facts | cut(levels, 1) | cut(changes, 2))
    return result


def cut(values: dict[str, float], most: float) -> dict[str, float]:
    """Return numbers cut at either end of their scale, beyond which `debias` may bring the mean of a few weeks."""
    return {name: float(np.clip(value, -most, most)) for name, value in values.items()}


def finish(rows: pa.Table) -> pa.Table:
    """Return the turning points of every brand."""
    found = [row | {"period": row["week"], "loudest": [], "their_means": []} for row in rows.to_pylist()]
    result = []
    for _, part in groupby(found, key=lambda row: row["brand"]):
        result += describe(list(part))
    return pa.Table.from_pylist(result, schema=SCHEMA)
