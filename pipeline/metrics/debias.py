"""Takes a classifier's errors out of what its scores are worth: probabilistic adjusted counting.

A true class k meets the mean probabilities M[k, :] on labelled mentions. With the values w = M⁻¹ c, c = (-1, 0, 1), the
mean of p·w over mentions estimates their true net sentiment without bias, as long as M stays what it was
(Bella et al. 2010, "Quantification via probability estimators", PACC with the matrix solved for the net).
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

LABELS = ("negative", "neutral", "positive")
WORTH = np.array([-1.0, 0.0, 1.0])
ENOUGH = 100  # labels, for a matrix of one's own
OF_EACH = 5  # of them of every class
DRAWS = 200
SHAKY = 4.0  # condition number of the matrix above which a correction magnifies noise

Matrix = NDArray[np.float64]
SCHEMA = pa.schema(
    [("brand", pa.string()), ("source", pa.string())]
    + [(label, pa.float64()) for label in LABELS]
    + [("origin", pa.string()), ("corrected", pa.bool_()), ("shaky", pa.bool_()), ("labels", pa.int64())]
    + [(name, pa.float64()) for name in ("condition", "raw_net", "net", "sd")]
)


@dataclass(frozen=True)
class Labelled:
    """Labelled mentions: true classes (n,) as positions in LABELS, and the model's probabilities (n, 3)."""

    truth: NDArray[np.int64]
    said: Matrix

    def matrix(self) -> Matrix:
        """Return M: the mean probabilities of each true class, drawn a little towards "says nothing"."""
        sums = np.stack([self.said[self.truth == k].sum(0) for k in range(3)])
        many = np.bincount(self.truth, minlength=3)[:, None]
        return np.asarray((sums + 0.5) / (many + 1.5))

    def drawn_again(self, chance: np.random.Generator) -> "Labelled":
        """Return as many rows, drawn with replacement."""
        rows = chance.integers(0, len(self.truth), len(self.truth))
        return Labelled(self.truth[rows], self.said[rows])

    def raw_error(self) -> float:
        """Return how far the net of the probabilities as they came is off here, with what so few labels leave open."""
        off = self.said @ WORTH - WORTH[self.truth]
        return math.hypot(off.mean(), off.std(ddof=1) / math.sqrt(len(off)))

    def is_enough(self) -> bool:
        """Say whether a matrix can be had from these."""
        return len(self.truth) >= ENOUGH and bool((np.bincount(self.truth, minlength=3) >= OF_EACH).all())


@dataclass(frozen=True)
class Card:
    """What the model's card says: mean probabilities (3, 3) of each true class, and how many texts of each (3,).

    ``shift`` is how far the net of a brand that the card does not know is off when these correct it, as a standard
    deviation over brands, ``shift_raw`` when nothing does; 0 where the card does not say.
    """

    means: Matrix
    many: NDArray[np.int64]
    shift: float = 0.0
    shift_raw: float = 0.0

    def matrix(self) -> Matrix:
        """Return M as measured."""
        return self.means

    def drawn_again(self, chance: np.random.Generator) -> "Card":
        """Return means as another sample would have given them; labels instead of probabilities, so rather too wide."""
        return Card(
            np.stack([chance.dirichlet(row * n + 0.5) for row, n in zip(self.means, self.many, strict=True)]), self.many
        )


def values(matrix: Matrix) -> NDArray[np.float64]:
    """Return w = M⁻¹ c, what one unit of probability of each label is worth, of one matrix (3, 3) or many (n, 3, 3).

    Raises LinAlgError where one is singular.
    """
    return np.asarray(np.linalg.solve(matrix, WORTH[:, None]))[..., 0]


def spread_of_net(errors: Labelled | Card, mean: NDArray[np.float64], seed: int = 0) -> float:
    """Return a correction's noise: the standard deviation of the net over DRAWS bootstrap samples of the labels."""
    chance = np.random.default_rng(seed)
    drawn = np.stack([errors.drawn_again(chance).matrix() for _ in range(DRAWS)])
    try:
        return float(np.std(values(drawn) @ mean))
    except np.linalg.LinAlgError:
        return float("inf")


@dataclass(frozen=True)
class Use:
    """One source whose mentions a matrix is used for: of which brand, and the mean probabilities (3,) of how many."""

    brand: str
    source: str
    mean: NDArray[np.float64]
    many: int


def pays(errors: Labelled | Card, uses: Sequence[Use], noise: Sequence[float]) -> bool:
    """Say whether correcting takes out more bias than it adds ``noise``, over all that this matrix is used for.

    With one source it is the rule sd(corrected) < |corrected - raw| of the net; over several, the same of their root
    mean squares, by mentions. It is decided once for a matrix: numbers on two scales could not be compared.
    """
    try:
        worth = values(errors.matrix())
    except np.linalg.LinAlgError:
        return False
    weights = np.array([use.many for use in uses], dtype=float)
    bias = np.array([use.mean @ (worth - WORTH) for use in uses])
    return bool((weights * np.square(noise)).sum() < (weights * bias**2).sum())


def corrected(errors: Labelled | Card | None, uses: Sequence[Use]) -> list[dict[str, Any]]:
    """Return, for each use of a matrix, what a probability of each label is worth, and what that does to the net.

    Where correcting does not pay, or there is no matrix, that is -1, 0, 1.
    """
    noise = [spread_of_net(errors, use.mean) if errors else math.inf for use in uses]
    fits, worth = errors is not None and pays(errors, uses, noise), WORTH
    condition = float(np.linalg.cond(errors.matrix())) if errors else None
    if errors and fits:
        worth = values(errors.matrix())
    return [
        {"brand": use.brand, "source": use.source, **dict(zip(LABELS, worth.tolist(), strict=True))}
        | {"corrected": fits, "condition": condition, "shaky": condition is not None and condition > SHAKY}
        | {"raw_net": float(use.mean @ WORTH), "net": float(use.mean @ worth)}
        | {"sd": error_of(errors, spread, fits)}
        for use, spread in zip(uses, noise, strict=True)
    ]


def error_of(errors: Labelled | Card | None, noise: float, fits: bool) -> float | None:
    """Return the standard deviation of the net, corrected with such ``noise`` if that ``fits``; None if it is unknown.

    A card is of other people and other brands: how far these differ is in it, whether it corrects or not.
    """
    if isinstance(errors, Labelled):
        return noise if fits else errors.raw_error()
    if errors is None:
        return None
    return math.hypot(noise, errors.shift) if fits else errors.shift_raw or None


def finish(rows: pa.Table) -> pa.Table:
    """Return, per brand and source, what a probability of each label is worth, and where that comes from."""
    found = rows.to_pylist()
    labelled, card = [row for row in found if row["what"] == "label"], to_card(found)
    groups: dict[tuple[str, str, str], tuple[Labelled | Card | None, list[Use]]] = {}
    for row in found:
        if row["what"] == "all":
            use = Use(row["brand"], row["source"], np.array([row[label] for label in LABELS]), row["many"])
            key, errors = choose([each for each in labelled if each["brand"] == use.brand], use, card)
            groups.setdefault(key, (errors, []))[1].append(use)
    result = [
        row | {"origin": key[0], "labels": len(errors.truth) if isinstance(errors, Labelled) else 0}
        for key, (errors, uses) in groups.items()
        for row in corrected(errors, uses)
    ]
    return pa.Table.from_pylist(result, schema=SCHEMA)


def choose(
    own: Sequence[dict[str, Any]], use: Use, card: Card | None
) -> tuple[tuple[str, str, str], Labelled | Card | None]:
    """Return the nearest labels that are enough, under a key that is one for one matrix: of source, brand, or card."""
    here = to_labelled(row for row in own if row["source"] == use.source)
    if here.is_enough():
        return ("labels of this source", use.brand, use.source), here
    everywhere = to_labelled(own)
    if everywhere.is_enough():
        return ("labels of this brand", use.brand, ""), everywhere
    return (("model card", "", ""), card) if card else (("none", "", ""), None)


def to_labelled(rows: Iterable[dict[str, Any]]) -> Labelled:
    """Return labelled rows as arrays."""
    kept = list(rows)
    truth = np.array([LABELS.index(row["label"]) for row in kept], dtype=np.int64)
    return Labelled(truth, np.array([[row[label] for label in LABELS] for row in kept]).reshape(-1, 3))


def to_card(rows: Iterable[dict[str, Any]]) -> Card | None:
    """Return the card's figures; None where it does not have all of them."""
    found = {row["label"]: row for row in rows if row["what"] == "card"}
    if set(found) != set(LABELS):
        return None
    means = np.array([[found[true][label] for label in LABELS] for true in LABELS])
    off = (found[LABELS[0]].get(name) or 0.0 for name in ("shift", "shift_raw"))
    return Card(means, np.array([found[true]["many"] for true in LABELS]), *off)
