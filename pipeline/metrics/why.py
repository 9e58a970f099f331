"""Takes a change of the index apart, exactly: who and what it came from. Accounting, not causes.

Groups: Kitagawa, symmetric; groups and people that come or go: Griliches & Regev (1995); the headline of people who
stayed, came and left: Melitz & Polanec (2015), which does not blame newcomers for a mood that fell for all. Errors are
bootstrapped over people: all sums are linear in how often each was drawn, so the draws are one matrix product.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import stdtrit

DRAWS = 150
AT_ONCE = 25  # draws that are computed together, to spare memory
PARTS = ("within", "mix", "newcomer", "leaver")
WEIGHTINGS = ("person", "post")

Values = NDArray[np.float64]
Codes = NDArray[np.integer]
TEXTS = ("brand", "weighting", "dimension", "part", "key")
NUMBERS = ("contribution", "se", "share_before", "share", "mean_before", "mean")
COUNTS = ("people_before", "people", "mentions_before", "mentions")
SCHEMA = pa.schema(
    [(name, pa.string()) for name in TEXTS]
    + [(name, pa.float64()) for name in NUMBERS]
    + [(name, pa.int64()) for name in COUNTS]
    + [("change", pa.float64()), ("se_change", pa.float64())]
)


@dataclass(frozen=True)
class Cells:
    """What each person said in each group, before or recently: one row per cell of one brand and dimension."""

    person: Codes
    group: Codes
    keys: pa.Array  # what the groups are called
    recent: NDArray[np.bool_]
    weight: Values  # mentions; those of several groups in parts
    total: Values  # sum of their values
    mentions: Values

    def per(self, code: Codes, what: Values, many: int) -> Values:
        """Return sums (2, many) of ``what`` by person or group, before and recently."""
        sums = np.bincount(code + many * self.recent, what, 2 * many).astype(float)
        return sums.reshape(2, many)

    def matrices(self, worth: Values) -> list[csr_array]:
        """Return weights and weighted values (people, groups) before, then recently.

        ``worth`` (2, people) is what one mention weighs.
        """
        factor = worth[self.recent.astype(int), self.person]
        shape = (worth.shape[1], len(self.keys))
        return [
            csr_array(((what * factor)[at], (self.person[at], self.group[at])), shape=shape)
            for at in (~self.recent, self.recent)
            for what in (self.weight, self.total)
        ]


@dataclass(frozen=True)
class Sides:
    """Weight ``a`` and weighted value ``x`` of each group before (0) and recently (1); any shape (..., groups)."""

    a0: Values
    x0: Values
    a1: Values
    x1: Values

    def shares(self) -> tuple[Values, Values]:
        """Return what part of all each group was."""
        return over(self.a0, self.a0.sum(-1, keepdims=True)), over(self.a1, self.a1.sum(-1, keepdims=True))

    def means(self) -> tuple[Values, Values]:
        """Return what each group said on average; NaN where it said nothing."""
        return over(self.x0, self.a0), over(self.x1, self.a1)

    def levels(self) -> tuple[Values, Values]:
        """Return the index before and recently, (..., 1)."""
        before = over(self.x0.sum(-1, keepdims=True), self.a0.sum(-1, keepdims=True))
        return before, over(self.x1.sum(-1, keepdims=True), self.a1.sum(-1, keepdims=True))


def over(above: Values, below: Values) -> Values:
    """Return above / below, NaN where there is nothing below."""
    unknown = np.full(np.broadcast(above, below).shape, np.nan)
    return np.asarray(np.divide(above, below, out=unknown, where=below > 0))


def split(sides: Sides) -> Values:
    """Return each group's contributions (PARTS, ..., groups), which sum to the change of the index.

    A group is measured against R, the mean of both levels; those of one period only by Griliches & Regev.
    """
    (p0, p1), (s0, s1), (before, after) = sides.shares(), sides.means(), sides.levels()
    middle = (before + after) / 2
    there, here = sides.a0 > 0, sides.a1 > 0
    within = np.where(there & here, (p0 + p1) / 2 * (s1 - s0), 0)
    mix = np.where(there & here, (p1 - p0) * ((s0 + s1) / 2 - middle), 0)
    newcomer = np.where(here & ~there, p1 * (s1 - middle), 0)
    leaver = np.where(there & ~here, -p0 * (s0 - middle), 0)
    return np.stack([within, mix, newcomer, leaver]) + 0 * middle  # NaN where a period is empty


def headline_sums(people: Sides) -> Values:
    """Return, per person, what the headline is made of (people, 10); it needs their sums only."""
    stays = (people.a0 > 0) & (people.a1 > 0)
    s0, s1 = people.means()
    moved = np.where(stays, s1 - s0, 0)
    stayed = [np.where(stays, each, 0) for each in (people.a0, people.x0, people.a1, people.x1)]
    others = [np.where(stays, 0, each) for each in (people.a0, people.x0, people.a1, people.x1)]
    return np.stack([*stayed, stayed[0] * moved, stayed[2] * moved, *others], 1)


def headline(sums: Values) -> Values:
    """Return the contributions (PARTS, ...) of those who stayed (within, mix), came and left, from sums (..., 10).

    Melitz & Polanec: who came is compared with those who stayed as they are now, who left with those as they were then.
    Where nobody stayed, both are compared with the mean of the two levels.
    """
    a0, x0, a1, x1, moved0, moved1, gone_a, gone_x, new_a, new_x = np.moveaxis(sums, -1, 0)
    before, after = over(x0 + gone_x, a0 + gone_a), over(x1 + new_x, a1 + new_a)
    nobody = a0 <= 0
    within = np.where(nobody, 0, (over(moved0, a0) + over(moved1, a1)) / 2)
    mix = np.where(nobody, 0, over(x1, a1) - over(x0, a0) - within)
    then = np.where(nobody, (before + after) / 2, over(x0, a0))
    now = np.where(nobody, (before + after) / 2, over(x1, a1))
    newcomer = np.where(new_a > 0, over(new_x - new_a * now, a1 + new_a), 0)
    leaver = np.where(gone_a > 0, over(gone_a * then - gone_x, a0 + gone_a), 0)
    return np.stack([within, mix, newcomer, leaver]) + 0 * (before + after)  # NaN where a period is empty


def draw(people: int) -> Codes:
    """Return how often each person is drawn, with replacement, in each of the draws (DRAWS, people).

    One person alone cannot be drawn otherwise, which is no certainty: they are never drawn, and there is no error.
    """
    if people == 1:
        return np.zeros((DRAWS, 1), dtype=np.int16)
    chance = np.random.default_rng(0)
    return np.stack([np.bincount(chance.integers(0, people, people), None, people) for _ in range(DRAWS)]).astype(
        np.int16
    )


def widening(weight: Values) -> float:
    """Return how much wider errors are than those that draws of people give, from what each weighs (2, people).

    Draws have the variance of n values about their mean, not that of n - 1; and an error from few people needs
    Student's quantile, by the side with fewer of them: of equal weight, where some weigh more. NaN where one person
    alone is a side: how far others would be from them, nobody knows.
    """
    if ((weight > 0).sum(1) < 2).any():
        return float("nan")
    freedom = max(float((weight.sum(1) ** 2 / (weight**2).sum(1)).min()) - 1, 1)
    people = weight.shape[1]
    return float(np.sqrt(people / (people - 1)) * stdtrit(freedom, 0.95) / 1.6449)


def over_draws(often: Codes, ask: Callable[[Values], Values]) -> Values:
    """Return what ``ask`` makes, (PARTS, draws, groups), of how often each person was drawn, some draws at a time."""
    some = range(0, DRAWS, AT_ONCE)
    return np.concatenate([ask(often[start : start + AT_ONCE].astype(float)) for start in some], axis=1)


def error(draws: Values, axis: tuple[int, ...] = ()) -> Values:
    """Return the standard deviation over draws (PARTS, draws, groups) of what they sum to over ``axis``.

    Draws without anybody in one of the periods say nothing; where they are most of all, it is NaN.
    """
    whole = np.asarray(np.isfinite(draws).all((0, 2)))
    kept = draws[:, whole] if whole.mean() > 0.5 else np.full_like(draws, np.nan)
    return np.asarray(kept.sum(axis, keepdims=True).std(1, ddof=1))


def finish(rows: pa.Table) -> pa.Table:
    """Return every brand's change, split by each dimension; nothing of a brand that was not heard in both periods."""
    brands = [rows.filter(pc.equal(rows["brand"], brand)) for brand in rows["brand"].unique()]
    return pa.concat_tables([SCHEMA.empty_table(), *(table for brand in brands for table in explain(brand))])


def explain(rows: pa.Table) -> list[pa.Table]:
    """Return one brand's change by both weightings, as tables that have SCHEMA."""
    dimension = rows["dimension"].to_numpy()
    encoded = rows["person_id"].combine_chunks().dictionary_encode()
    person, people = encoded.indices.to_numpy(), len(encoded.dictionary)
    parts = {name: to_cells(rows, person, np.flatnonzero(dimension == name)) for name in dict.fromkeys(dimension)}
    each = parts.pop("person")
    each = replace(each, group=each.person, keys=encoded.dictionary)
    said = each.per(each.person, each.weight, people)
    if not said.any(1).all():
        return []
    often, result = draw(people), []
    for weighting in WEIGHTINGS:
        worth = np.ones_like(said) if weighting == "post" else over(np.ones_like(said), said)
        wider = widening(said if weighting == "post" else (said > 0).astype(float))
        facts = {"brand": rows["brand"][0].as_py(), "weighting": weighting}
        found = [of_people(each, worth, often), of_persons(each, worth)]
        found += [of_groups(name, cells, worth, often) for name, cells in parts.items()]
        off = found[0].se_change * wider
        total = {"change": float(found[0].contribution.sum()), "se_change": None if np.isnan(off) else off}
        result += [replace(part, se=part.se * wider).to_table(facts | total) for part in found]
    return result


def to_cells(rows: pa.Table, person: Codes, at: Codes) -> Cells:
    """Return the rows of one dimension as arrays."""
    part = rows.take(at)
    keys = part["key"].combine_chunks().dictionary_encode()
    numbers = (part[name].to_numpy().astype(float) for name in ("weight", "total", "mentions"))
    return Cells(person[at], keys.indices.to_numpy(), keys.dictionary, part["recent"].to_numpy(), *numbers)


@dataclass(frozen=True)
class Split:
    """One dimension of the change: contributions (PARTS, groups), their errors, what was heard (2, groups).

    ``se_change`` is the error of the change itself; only the headline tells it.
    """

    dimension: str
    keys: pa.Array
    contribution: Values
    se: Values
    sides: Sides
    people: Values
    mentions: Values
    se_change: float = np.nan

    def to_table(self, facts: dict[str, object]) -> pa.Table:
        """Return a row for each part that a group has: within and mix of those that were there in both periods."""
        there, here = self.sides.a0 > 0, self.sides.a1 > 0
        has = {"within": there & here, "mix": there & here, "newcomer": here & ~there, "leaver": there & ~here}
        columns = dict(zip(("share_before", "share"), self.sides.shares(), strict=True))
        columns |= dict(zip(("mean_before", "mean"), self.sides.means(), strict=True))
        columns |= dict(zip(COUNTS, (*self.people, *self.mentions), strict=True))
        tables = []
        for k, part in enumerate(PARTS):
            at = np.flatnonzero(has[part])
            told = {name: values[at] for name, values in columns.items()}
            told |= {"contribution": self.contribution[k, at], "se": self.se[k, at]}
            arrays = {name: pa.array(values, from_pandas=True) for name, values in told.items()}
            same = facts | {"dimension": self.dimension, "part": part}
            arrays |= {name: pa.repeat(pa.scalar(value), len(at)) for name, value in same.items()}
            arrays |= {"key": self.keys.take(pa.array(at))}
            tables.append(pa.table({field.name: arrays[field.name].cast(field.type, safe=False) for field in SCHEMA}))
        return pa.concat_tables(tables)


def of_people(each: Cells, worth: Values, often: Codes) -> Split:
    """Return the headline: those who stayed, came and left, each as one group."""
    people = Sides(*(matrix.diagonal() for matrix in each.matrices(worth)))
    sums = headline_sums(people)
    group = np.select([people.a0 <= 0, people.a1 <= 0], [1, 2], 0)
    sides = Sides(*(np.bincount(group, side, 3).astype(float) for side in (people.a0, people.x0, people.a1, people.x1)))
    count = each.per(group[each.person], np.ones(len(each.person)), 3)
    mentions = each.per(group[each.person], each.mentions, 3)
    draws = over_draws(often, lambda some: by_group(headline(some @ sums)))
    contribution = by_group(headline(sums.sum(0)))
    return Split(
        "people",
        pa.nulls(3, pa.string()),
        contribution,
        error(draws),
        sides,
        count,
        mentions,
        float(error(draws, (0, 2))[0, 0]),
    )


def by_group(parts: Values) -> Values:
    """Return the headline's parts (PARTS, ...) on a last axis of whom they are of: stayed, came, left."""
    return parts[..., None] * np.eye(3)[[0, 0, 1, 2]].reshape(len(PARTS), *[1] * (parts.ndim - 1), 3)


def of_persons(each: Cells, worth: Values) -> Split:
    """Return each person's part; without error, since drawing one person more or less often says nothing of them."""
    people = Sides(*(matrix.diagonal() for matrix in each.matrices(worth)))
    contribution, many = split(people), worth.shape[1]
    count = each.per(each.person, np.ones(len(each.person)), many)
    mentions = each.per(each.person, each.mentions, many)
    return Split("person", each.keys, contribution, np.full_like(contribution, np.nan), people, count, mentions)


def of_groups(dimension: str, cells: Cells, worth: Values, often: Codes) -> Split:
    """Return each group's part, with its error over people."""
    matrices = cells.matrices(worth)
    sides = Sides(*(np.asarray(matrix.sum(0)) for matrix in matrices))
    draws = over_draws(often, lambda some: split(Sides(*(some @ matrix for matrix in matrices))))
    count = cells.per(cells.group, np.ones(len(cells.group)), len(cells.keys))
    mentions = cells.per(cells.group, cells.mentions, len(cells.keys))
    return Split(dimension, cells.keys, split(sides), error(draws), sides, count, mentions)


def top(found: pd.DataFrame, most: int = 10) -> pd.DataFrame:
    """Return the rows of the ``most`` groups that raised the index most, and lowered it, and of "all others" in one.

    By brand, weighting and dimension; what all rows of a dimension sum to stays the same.
    """
    whole = ["brand", "weighting", "dimension"]
    net = found.groupby([*whole, "key"], dropna=False, as_index=False)["contribution"].sum()
    net = net.sort_values(["contribution", "key"], kind="stable")
    place = net.groupby(whole).cumcount()
    size = net.groupby(whole)["key"].transform("size")
    net["told"] = (place < most) | (place >= size - most)
    rows = found.merge(net[[*whole, "key", "told"]], on=[*whole, "key"])
    told, others = rows[rows["told"]], rows[~rows["told"]]
    sums = ["contribution", "share_before", "share", *COUNTS]
    how = dict.fromkeys(sums, "sum") | {"change": "first", "se_change": "first"}
    rest = others.groupby([*whole, "part"], as_index=False).agg(how).assign(key="all others")
    return pd.concat([told.drop(columns="told"), rest], ignore_index=True)[SCHEMA.names]
