"""Says how likely a person's silence is, by the BG/NBD model of people who come back until they go.

While they stay, people turn to us at rates that differ like a gamma(r, alpha); after each time they go for good with a
chance that differs like a beta(a, b). A history is x times after the first, the last of them t days after the first, T
days before now (Fader, Hardie & Lee 2005, "Counting your customers the easy way", Marketing Science 24).
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.special import expit, gammaln, psi

Vector = NDArray[np.float64]

# Beyond e^±9 a parameter says no more than "all alike" or "never"; the search must not run away there.
EDGE = 9.0


@dataclass(frozen=True)
class Histories:
    """Who came how often, each (n,): x days after the first, the last of them at t, now at ``age`` (all in days)."""

    x: Vector
    t: Vector
    age: Vector


@dataclass(frozen=True)
class Model:
    """The four parameters of BG/NBD; alpha is in days."""

    r: float
    alpha: float
    a: float
    b: float

    def p_alive(self, who: Histories) -> Vector:
        """Return the chance that each person still comes; for who came once it is 1 and says nothing."""
        with np.errstate(divide="ignore", invalid="ignore"):
            gone = np.log(self.a / (self.b + who.x - 1)) - (self.r + who.x) * self.log_stay(who)
        return np.where(who.x > 0, expit(-gone), 1.0)

    def silence(self, who: Histories) -> Vector:
        """Return the chance of a silence at least as long as theirs if nothing changed."""
        chance: Vector = np.exp((self.r + who.x) * self.log_stay(who))
        return chance

    def log_stay(self, who: Histories) -> Vector:
        """Return ln((alpha + t) / (alpha + T))."""
        ratio: Vector = np.log((self.alpha + who.t) / (self.alpha + who.age))
        return ratio


def loss(logs: Vector, who: Histories, many: Vector) -> tuple[float, Vector]:
    """Return minus the mean log-likelihood of the histories, and its slope along the logarithms of r, alpha, a, b."""
    r, alpha, a, b = np.exp(logs)
    x, again = who.x, who.x > 0
    late, last = np.log(alpha + who.age), np.log(alpha + who.t)
    before = np.where(again, b + x - 1, 1.0)
    stayed = -(r + x) * late
    left = np.where(again, np.log(a / before) - (r + x) * last, -np.inf)
    either = np.logaddexp(stayed, left)
    w = np.exp(left - either)  # the chance of having gone
    gammas = gammaln(r + x) - gammaln(r) + gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    likely = gammas + r * np.log(alpha) + either
    both = psi(a + b) - psi(a + b + x)
    slope = (
        r * (psi(r + x) - psi(r) + np.log(alpha) - (1 - w) * late - w * last),
        r - alpha * (r + x) * ((1 - w) / (alpha + who.age) + w / (alpha + who.t)),
        a * both + w,
        b * (both + psi(b + x) - psi(b) - w / before),
    )
    return float(-many @ likely / many.sum()), np.array([-many @ part / many.sum() for part in slope])


def fit(who: Histories) -> Model:
    """Return the model of greatest likelihood; equal histories are taken together: the order does not matter."""
    from scipy.optimize import minimize  # late, since it takes as long as all else here

    rows, many = np.unique(np.column_stack([who.x, who.t, who.age]), axis=0, return_counts=True)
    unit = max(float(rows[:, 2].mean()), 1.0)  # near 1 in every direction the search is well conditioned
    scaled = Histories(rows[:, 0], rows[:, 1] / unit, rows[:, 2] / unit)
    found = minimize(
        loss, np.zeros(4), args=(scaled, many.astype(float)), jac=True, method="L-BFGS-B", bounds=[(-EDGE, EDGE)] * 4
    )
    r, alpha, a, b = np.exp(found.x)
    return Model(float(r), float(alpha * unit), float(a), float(b))


def finish(rows: pa.Table) -> pa.Table:
    """Return the rows with ``silence_score`` and ``p_alive``; null where too few people of a brand came back."""
    brands = pc.unique(rows["brand"]) if rows.num_rows else []
    parts = [judged(rows.filter(pc.equal(rows["brand"], brand))) for brand in brands]
    return pa.concat_tables(parts) if parts else judged(rows)


def judged(rows: pa.Table) -> pa.Table:
    """Return the people of one brand with their chances."""
    kept = rows.drop_columns(["fewest_people"])
    who = histories(rows)
    enough = rows.num_rows > 0 and (who.x > 0).sum() >= rows["fewest_people"][0].as_py()
    if not enough:
        nothing = pa.nulls(rows.num_rows, pa.float64())
        return kept.append_column("silence_score", nothing).append_column("p_alive", nothing)
    model = fit(who)
    alive = pa.array(model.p_alive(who), mask=who.x == 0)
    return kept.append_column("silence_score", pa.array(model.silence(who))).append_column("p_alive", alive)


def histories(rows: pa.Table) -> Histories:
    """Return what the model needs of the rows."""
    days = pc.days_between(rows["first_day"], rows["last_day"]).to_numpy().astype(float)
    return Histories(
        rows["days_in"].to_numpy().astype(float) - 1, days, days + rows["silence_days"].to_numpy().astype(float)
    )
