"""Follows every person's feeling from day to day: an exact Kalman filter over all people at once.

A feeling is mu + c + d: c lasting, variance tc2; d drifting (Ornstein-Uhlenbeck), variance td2, length ell. Given the
same days and hyper-parameters, the filter is the Gaussian process with the kernel tc2 + td2 exp(-h / ell) + noise.
"""

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

BAND = 1.645  # standard deviations either side: 90 %

Vector = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Days:
    """What was said: one row (n,) per person and day, in the order of person, then day, with its brand's numbers.

    ``first`` (p,) are the rows where a new person begins; ``at`` is in days; ``mu_sd`` is the error of mu,
    ``unsure`` that of the variance between people, in parts of it, ``student`` how much wider an interval from so few
    people is.
    """

    first: Places
    at: Vector
    mentions: Vector
    value: Vector
    mu: Vector
    mu_sd: Vector
    unsure: Vector
    student: Vector
    s2: Vector
    tc2: Vector
    td2: Vector
    ell: Vector

    def many(self) -> Places:
        """Return how many rows each person has (p,)."""
        return np.diff(np.append(self.first, len(self.at)))

    def fade(self, rows: Places, days: Vector) -> Vector:
        """Return what is left of the drifting part after so many days; 1 where nothing drifts."""
        return np.exp(-days / self.ell[rows])


@dataclass(frozen=True)
class State:
    """Means of the lasting and the drifting part (n,), and their covariance: c with c, c with d, d with d."""

    c: Vector
    d: Vector
    cc: Vector
    cd: Vector
    dd: Vector

    def sum(self) -> Vector:
        """Return the mean of c + d."""
        return self.c + self.d

    def variance(self) -> Vector:
        """Return the variance of c + d, never below zero by rounding."""
        return np.maximum(self.cc + 2 * self.cd + self.dd, 0)

    def later(self, fade: Vector, td2: Vector) -> "State":
        """Return the state after silence: the drifting part fades to ``fade`` of it, its variance grows back to td2."""
        return State(self.c, fade * self.d, self.cc, fade * self.cd, td2 + fade**2 * (self.dd - td2))

    def told(self, value: Vector, noise: Vector) -> "State":
        """Return the state after observing c + d with the given variance of noise."""
        c, d = self.cc + self.cd, self.cd + self.dd
        total = c + d + noise
        sure = total <= 0  # no noise and nothing unknown: nothing can be learned
        gain_c, gain_d = (np.where(sure, 0, part / np.where(sure, 1, total)) for part in (c, d))
        off = value - self.sum()
        return State(
            self.c + gain_c * off,
            self.d + gain_d * off,
            self.cc - gain_c * c,
            self.cd - gain_c * d,
            self.dd - gain_d * d,
        )

    def at(self, people: Places | slice) -> "State":
        """Return the states of some."""
        return State(self.c[people], self.d[people], self.cc[people], self.cd[people], self.dd[people])


def to_days(rows: pa.Table) -> Days:
    """Return the rows of feeling_path.sql as arrays."""
    names = ("mentions", "value", "mu", "mu_sd", "unsure", "student", "s2", "tc2", "td2")
    column = {name: rows[name].to_numpy().astype(float) for name in names}
    ell = rows["ell"].cast(pa.float64()).fill_null(np.inf).to_numpy()
    at = rows["day"].cast(pa.date32()).cast(pa.int32()).to_numpy().astype(float)
    return Days(first=begins(rows), at=at, ell=ell, **column)


def begins(rows: pa.Table) -> Places:
    """Return the places (p,) of the first row of each brand and person."""
    new = np.zeros(len(rows), dtype=bool)
    new[:1] = True
    for name in ("brand", "person_id"):
        column = rows[name].combine_chunks()
        new[1:] |= pc.not_equal(column[1:], column[:-1]).to_numpy(zero_copy_only=False)
    return np.flatnonzero(new)


def follow(days: Days) -> State:
    """Return the state after each row (n,), knowing only the rows of the same person up to it.

    One step takes the k-th day of everybody who has one. People are in the order of their days, most first, so that
    those still to follow are the first of them.
    """
    n, many = len(days.at), days.many()
    order = np.argsort(-many, kind="stable")
    first, many = days.first[order], many[order]
    result = State(*np.empty((5, n)))
    zero = np.zeros(len(first))
    now = State(zero, zero, days.tc2[first], zero, days.td2[first])
    for k in range(int(many.max(initial=0))):
        rows = first[: np.searchsorted(-many, -k)] + k
        now = now.at(slice(len(rows)))
        if k:
            now = now.later(days.fade(rows, days.at[rows] - days.at[rows - 1]), days.td2[rows])
        now = now.told(days.value[rows] - days.mu[rows], days.s2[rows] / days.mentions[rows])
        for name in ("c", "d", "cc", "cd", "dd"):
            getattr(result, name)[rows] = getattr(now, name)
    return result


def replaced_of(days: Days) -> State:
    """Return, as the sum of the state, how much of mu each person's own words have replaced (n,): linear, as all here.

    It is what the filter makes of people who say mu + 1 whenever they speak.
    """
    return follow(replace(days, value=days.mu + 1))


def deviation(state: State, replaced: Vector, days: Days, rows: Places | slice = slice(None)) -> Vector:
    """Return the standard deviations of mu + c + d (n,), with what mu and the variances leave open, as feeling.sql."""
    # A feeling can move no further than from mu to what was said.
    unsure = np.minimum(days.unsure[rows], 1 / np.maximum(replaced, 1e-12))
    left = (1 - replaced) ** 2 * (days.mu_sd[rows] ** 2 + (state.sum() * unsure) ** 2)
    return np.asarray(days.student[rows] * np.sqrt(state.variance() + left))


def band(middle: Vector, sd: Vector) -> tuple[Vector, Vector]:
    """Return the ends of the 90 % interval, within -1 .. 1."""
    return np.clip(middle - BAND * sd, -1, 1), np.clip(middle + BAND * sd, -1, 1)


def finish(rows: pa.Table) -> pa.Table:
    """Return a person's feeling on each day that they spoke, from what was said up to that day."""
    days = to_days(rows)
    state = follow(days)
    feeling = days.mu + state.sum()
    low, high = band(feeling, deviation(state, replaced_of(days).sum(), days))
    before = np.cumsum(days.mentions)
    mentions = before - np.repeat(before[days.first] - days.mentions[days.first], days.many())
    table = rows.select(["brand", "person_id", "day"])
    for name, values in (("mentions", mentions.astype(int)), ("feeling", feeling), ("low", low), ("high", high)):
        table = table.append_column(name, pa.array(values))
    return table
