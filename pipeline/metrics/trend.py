"""Smooths a brand's series and watches it: a local level with known sampling variance, alerts with a budget.

The level makes a random step of variance q in each period, and each point is the level plus an error of known variance.
All values of q on a grid are filtered side by side; a period uses the one under which the periods
before it were likeliest. So nothing looks ahead: not the level, not q, not the limit of an alert.
"""

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.special import ndtri

BUDGET = 4.0  # alerts a year, over all brands and checks, that chance alone may raise
CHECKS = 2 * (52 + 12)  # a year and brand: every week and month, for a shock and for a drift
BACK = {"week": 13, "month": 3}  # a drift is measured against the level so many periods ago, and told once in as many
WARM_UP = {"week": 26, "month": 6}  # steps that q must have been fitted on before anything is an alert
PRIOR = 20.0  # people that the variance of the points so far is worth in a point's own
STEPS = np.r_[0.0, np.geomspace(0.005, 0.3, 24)]  # what a level moves in one period, standard deviation (√q)
USUAL_STEP = 0.03  # a weak prior for it, which matters in the first months only

Values = NDArray[np.float64]
NUMBERS = ("estimate", "se", "level", "sd", "low", "high", "step", "z", "change", "change_z", "z_limit")
SCHEMA = pa.schema(
    [("brand", pa.string()), ("grain", pa.string()), ("period", pa.date32())]
    + [(name, pa.float64()) for name in NUMBERS]
    + [("shock", pa.bool_()), ("drift", pa.bool_()), ("survives", pa.bool_()), ("one_person", pa.string())]
    + [("people", pa.int64()), ("mentions", pa.int64())]
)


@dataclass(frozen=True)
class Points:
    """One brand's series, oldest first: means ``y`` (t,) of so many ``people``, and the variance among them."""

    at: NDArray[np.int64]  # number of the week or month
    y: Values
    people: Values
    variance: Values  # NaN where one person spoke
    loudest: list[dict[str, float]]  # mean of each of the people who move the point most

    def error(self, people: Values, variance: Values) -> Values:
        """Return the variance of the points' errors, NaN where it cannot be known.

        Few people may agree by chance, so that a point's own variance is drawn to that of the points up to it.
        """
        much = np.nan_to_num((self.people - 1) * self.variance).cumsum()
        usual = much / np.maximum((self.people - 1).cumsum(), 1)
        own = np.where(people > 1, (people - 1) * variance, np.nan)
        error = (PRIOR * usual + own) / (PRIOR + people - 1) / np.maximum(people, 1)
        return np.where(error > 0, error, np.nan)

    def heard(self) -> tuple[Values, Values]:
        """Return the points and the variances of their errors."""
        return self.y, self.error(self.people, self.variance)

    def without(self, person: str) -> tuple[Values, Values]:
        """Return the same as if one person had not spoken where they are among the loudest."""
        means = np.array([loudest.get(person, np.nan) for loudest in self.loudest])
        there, fewer = ~np.isnan(means), np.maximum(self.people - 1, 1)
        y = np.where(there, (self.people * self.y - means) / fewer, self.y)
        squares = (self.people - 1) * self.variance - (means - self.y) ** 2 * self.people / fewer
        variance = np.where(there, np.maximum(squares, 0) / np.maximum(fewer - 1, 1), self.variance)
        return y, self.error(np.where(there, self.people - 1, self.people), variance)


@dataclass(frozen=True)
class Path:
    """The filter under every step of the grid: (t, steps) before and after each point, and how unlikely it was."""

    ahead: Values
    ahead_variance: Values
    level: Values
    variance: Values
    gain: Values
    cost: Values  # -2 log likelihood of the points before each, and the prior
    fitted: NDArray[np.int64]  # (t,) how many steps that rests on


def follow(at: NDArray[np.int64], y: Values, error: Values, steps: Values = STEPS) -> Path:
    """Filter a series (t,) under every step at once; a point without known error changes nothing but the time."""
    size = (len(at), len(steps))
    ahead, ahead_variance, level, variance, gain, costs = (np.full(size, np.nan) for _ in range(6))
    m, p, k = (np.full(len(steps), start) for start in (np.nan, np.nan, 0.0))
    cost = np.log(np.maximum(steps, STEPS[1]) / USUAL_STEP) ** 2
    for t in range(len(at)):
        p = p + steps**2 * (at[t] - at[max(t - 1, 0)])
        ahead[t], ahead_variance[t], costs[t] = m, p, cost
        if np.isnan(error[t]):
            k = np.zeros(len(steps))
        elif np.isnan(m[0]):
            m, p, k = np.full(len(steps), y[t]), np.full(len(steps), error[t]), np.ones(len(steps))
        else:
            surprise, total = y[t] - m, p + error[t]
            cost, k = cost + np.log(total) + surprise**2 / total, p / total
            m, p = m + k * surprise, (1 - k) * p
        level[t], variance[t], gain[t] = m, p, k
    known = np.isfinite(error) & np.isfinite(ahead[:, 0])
    return Path(ahead, ahead_variance, level, variance, gain, costs, np.r_[0, known.cumsum()[:-1]])


@dataclass(frozen=True)
class Watched:
    """A filtered series with the step that each period uses (t,), and how far a drift looks back."""

    points: Points
    path: Path
    best: NDArray[np.int64]
    back: int

    def of(self, values: Values) -> Values:
        """Return values (t, steps) of the path under the step that each period uses."""
        return np.take_along_axis(values, self.best[:, None], 1)[:, 0]

    def earlier(self, t: int) -> int | None:
        """Return the newest point at least ``back`` periods before; None where it is too long ago, or there is none."""
        found = int(np.searchsorted(self.points.at, self.points.at[t] - self.back, "right")) - 1
        near = found >= 0 and self.points.at[t] - self.points.at[found] <= 2 * self.back
        return found if near and np.isfinite(self.path.level[found, 0]) else None

    def change(self, t: int) -> tuple[float, float]:
        """Return how the level moved since the ``earlier`` point, and that in standard errors; both NaN without one.

        The two levels share what was heard up to the earlier one, of which ``kept`` is left in the later.
        """
        past, k = self.earlier(t), self.best[t]
        if past is None:
            return np.nan, np.nan
        before, after = self.path.variance[past, k], self.path.variance[t, k]
        kept = np.prod(1 - self.path.gain[past + 1 : t + 1, k])
        change, variance = self.path.level[t, k] - self.path.level[past, k], before + after - 2 * before * kept
        return float(change), float(change / np.sqrt(variance)) if variance > 0 else np.nan

    def influence(self, t: int) -> dict[str, float]:
        """Return, per person among the loudest since the ``earlier`` point, what they moved the level of t by."""
        past, k = self.earlier(t), self.best[t]
        moved: dict[str, float] = {}
        for s in range(t if past is None else past + 1, t + 1):
            weight = self.path.gain[s, k] * np.prod(1 - self.path.gain[s + 1 : t + 1, k])
            for person, mean in self.points.loudest[s].items():
                share = weight * (mean - self.points.y[s]) / max(self.points.people[s] - 1, 1)
                moved[person] = moved.get(person, 0.0) + float(share)
        return moved


def watched(points: Points, y: Values, error: Values, back: int, steps: Values = STEPS) -> Watched:
    """Return the series filtered, each period under the step that made the periods before it likeliest."""
    path = follow(points.at, y, error, steps)
    return Watched(points, path, path.cost.argmin(1), back)


def surprises(series: Watched, y: Values, error: Values) -> Values:
    """Return how far each point lies from what was expected before it, in standard errors; NaN where unknown."""
    return np.asarray((y - series.of(series.path.ahead)) / np.sqrt(series.of(series.path.ahead_variance) + error))


def depends_on(series: Watched, t: int, kind: str, limit: float) -> str | None:
    """Return the person without whom an alert would not be one; None where it survives without each of three.

    They are the loudest of the point for a shock, and the three who moved the level most for a drift.
    """
    moved = series.influence(t) if kind == "drift" else dict.fromkeys(series.points.loudest[t], 0.0)
    suspects = sorted(moved, key=lambda person: (-abs(moved[person]), person))[:3]
    step = STEPS[[series.best[t]]]
    left = {}
    for person in suspects:
        y, error = series.points.without(person)
        other = watched(series.points, y, error, series.back, step)
        z = surprises(other, y, error)[t] if kind == "shock" else other.change(t)[1]
        left[person] = 0.0 if np.isnan(z) else float(z)
    sign = np.sign(surprises(series, *series.points.heard())[t] if kind == "shock" else series.change(t)[1])
    needed = [person for person in suspects if sign * left[person] <= limit]
    return min(needed, key=lambda person: (sign * left[person], person), default=None)


def watch(rows: list[dict[str, Any]], grain: str, brands: NDArray[np.int64]) -> list[dict[str, Any]]:
    """Return one brand's series, smoothed, with its alerts; ``brands`` (t,) shared the budget at each point."""
    points = to_points(rows, grain)
    y, error = points.heard()
    series = watched(points, y, error, BACK[grain])
    z, limits = surprises(series, y, error), -ndtri(BUDGET / (CHECKS * brands) / 2)
    level, sd = series.of(series.path.level), np.sqrt(series.of(series.path.variance))
    result, told = [], {1.0: -np.inf, -1.0: -np.inf}
    for t, row in enumerate(rows):
        change, change_z = series.change(t)
        ready = row["whole"] and series.path.fitted[t] >= WARM_UP[grain]
        shock = bool(ready and abs(z[t]) > limits[t])
        drift = bool(ready and abs(change_z) > limits[t] and points.at[t] - told[np.sign(change_z)] >= BACK[grain])
        if drift:
            told[np.sign(change_z)] = points.at[t]
        kinds = [kind for kind, raised in (("shock", shock), ("drift", drift)) if raised]
        persons = [depends_on(series, t, kind, limits[t]) for kind in kinds]
        low, high = np.clip((level[t] - 1.645 * sd[t], level[t] + 1.645 * sd[t]), -1, 1)
        steps = (STEPS[series.best[t]], z[t], change, change_z, limits[t])
        numbers = (y[t], np.sqrt(error[t]), level[t], sd[t], low, high, *steps)
        result.append(
            {key: row[key] for key in ("brand", "period", "people", "mentions")}
            | {name: None if np.isnan(n) else float(n) for name, n in zip(NUMBERS, numbers, strict=True)}
            | {"grain": grain, "shock": shock, "drift": drift}
            | {"survives": None in persons if kinds else None, "one_person": None}
            | ({"one_person": persons[0]} if kinds and None not in persons else {})
        )
    return result


def to_points(rows: list[dict[str, Any]], grain: str) -> Points:
    """Return the rows of one brand and grain as arrays."""
    people = np.array([row["people"] for row in rows], dtype=float)
    return Points(
        at=np.array([number(row["period"], grain) for row in rows]),
        y=np.array([row["estimate"] for row in rows]),
        people=people,
        variance=np.array([np.nan if row["se"] is None else row["se"] ** 2 for row in rows]) * people,
        loudest=[dict(zip(row["loudest"], row["their_means"], strict=True)) for row in rows],
    )


def number(period: date, grain: str) -> int:
    """Return which week or month it is, counted on without a gap."""
    return period.toordinal() // 7 if grain == "week" else 12 * period.year + period.month


def finish(rows: pa.Table) -> pa.Table:
    """Return the smoothed series of every brand, by week and month, with shocks and drifts."""
    found = rows.to_pylist()
    since: dict[str, date] = {}
    for row in found:
        since[row["brand"]] = min(row["period"], since.get(row["brand"], row["period"]))
    starts = np.array(sorted(since.values()), dtype="datetime64[D]")
    result = []
    for (_, grain), group in groupby(found, key=lambda row: (row["brand"], row["grain"])):
        part = list(group)
        periods = np.array([row["period"] for row in part], dtype="datetime64[D]")
        result += watch(part, grain, np.searchsorted(starts, periods, "right"))
    return pa.Table.from_pylist(result, schema=SCHEMA)
