"""Says whether a person's feeling improves, cools or is steady, or that there is not enough evidence yet.

Adaptive shrinkage: the true changes of a brand's people are a mixture of normals around zero, learned from all of them
at once; each person's own change is drawn towards it (Stephens 2017, "False discovery rates: a new deal",
Biostatistics 18:275). The list of changes is kept by Benjamini-Hochberg.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.special import ndtr, stdtr

from pipeline.metrics.false_discovery import q_values

SCALES = np.append(0.0, np.geomspace(0.05, 1.2, 12))  # sd of the changes in each part of the mixture; first: none
FOR_NONE = 10.0  # the part without a change starts with this much weight: when in doubt, nobody changed
ROUNDS = 500
STILL = 1e-6  # the weights no longer move
CHANGED = 0.80  # probability from which a change is called one
STAYED = 0.90
SHARP = 0.20  # standard error up to which "no change" is information, not its absence
FALSE_SHARE = 0.10  # of the list
LIKELY = 0.50  # probability of a noticeable change below which nobody is listed: else one null world in nine has a list
COLUMNS = [
    *("brand", "person_id", "week", "n_recent", "n_before", "recent", "before", "change", "raw_change", "se"),
    *("p_up", "p_down", "p_same", "p", "verdict", "listed", "on_list"),
]

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Shrunk:
    """Changes (n,) after shrinkage, and the probabilities that they are above +delta, below -delta, or between."""

    change: Vector
    up: Vector
    down: Vector

    def same(self) -> Vector:
        """Return the probability of no noticeable change."""
        return 1 - self.up - self.down


def mixture(likelihood: Matrix) -> Vector:
    """Return the weights (k,) of the parts under which people (n,) have this likelihood (n, k), by penalised EM."""
    people, parts = likelihood.shape
    extra = np.zeros(parts)
    extra[0] = FOR_NONE - 1
    weights = np.full(parts, 1 / parts)
    for _ in range(ROUNDS):
        new = weights * (likelihood.T @ (1 / (likelihood @ weights))) + extra
        new /= people + extra.sum()
        if np.abs(new - weights).max() < STILL:
            break
        weights = new
    return weights


def shrink(raw: Vector, variance: Vector, delta: Vector) -> Shrunk:
    """Return changes shrunk adaptively from raw ones (n,) with their variances (n,); delta (n,) is noticeable."""
    total = variance[:, None] + SCALES**2
    log = -0.5 * (raw[:, None] ** 2 / total + np.log(total))
    likelihood = np.exp(log - log.max(1, keepdims=True))
    part = likelihood * mixture(likelihood)
    part /= part.sum(1, keepdims=True)
    middle = raw[:, None] * SCALES**2 / total
    sd = np.sqrt(variance[:, None] * SCALES**2 / total)
    wide = sd[:, 1:]  # the first part is no change for sure
    up = (part[:, 1:] * ndtr((middle[:, 1:] - delta[:, None]) / wide)).sum(1)
    down = (part[:, 1:] * ndtr((-delta[:, None] - middle[:, 1:]) / wide)).sum(1)
    return Shrunk((part * middle).sum(1), up, down)


def words(found: Shrunk, se: Vector) -> NDArray[np.str_]:
    """Return the verdict (n,) on each change, whose raw value had the given standard error."""
    cases = [found.up >= CHANGED, found.down >= CHANGED, (found.same() >= STAYED) & (se <= SHARP)]
    return np.select(cases, ["improving", "cooling", "steady"], "not enough evidence yet")


def listed(p: Vector) -> NDArray[np.bool_]:
    """Return which of these people (n,) are on the list of changes, of which FALSE_SHARE at most may be false."""
    return q_values(p) <= FALSE_SHARE


def judged(rows: pa.Table) -> pa.Table:
    """Return the rows of one brand and week with what follows from them."""
    raw, se, delta = (rows[name].to_numpy() for name in ("raw_change", "se", "noticeable"))
    found = shrink(raw, se**2, delta)
    p = 2 * stdtr(rows["repeats"].to_numpy(), -np.abs(raw) / se)  # Student's t: the noise is an estimate, too
    likely = np.maximum(found.up, found.down) >= LIKELY
    numbers = {"change": found.change, "p_up": found.up, "p_down": found.down, "p_same": found.same(), "p": p}
    for name, values in (numbers | {"verdict": words(found, se), "listed": listed(p) & likely}).items():
        rows = rows.append_column(name, pa.array(values))
    return rows


def of_brand(rows: pa.Table) -> pa.Table:
    """Return the last week's rows of one brand; who was listed in the week before stays on the list."""
    now, before = (judged(rows.filter(pc.equal(rows["latest"], latest))) for latest in (True, False))
    kept = before.filter(before["listed"])["person_id"].combine_chunks()
    on_list = pc.or_(now["listed"], pc.is_in(now["person_id"], value_set=kept))
    return now.append_column("on_list", on_list).select(COLUMNS)


def finish(rows: pa.Table) -> pa.Table:
    """Return, per brand, the verdict of the last finished week on everybody heard in both windows."""
    brands = rows["brand"].unique().to_pylist()
    return pa.concat_tables([of_brand(rows.filter(pc.equal(rows["brand"], b))) for b in brands] or [of_brand(rows)])
