"""What decides the result of a training, beside the data, and the steps that led to the shipped adapter."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

from models.bases import SHIPPED_BASE


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the result, beside the data.

    ``marked`` is the share of the texts labelled toward a target that are shown with the target marked, in each
    epoch anew; ``addressed`` the share of the replies without such a label whose leading handle is marked, toward
    whom the tone is taken to be; ``joined`` the share of the marked texts to which another is joined, its own
    target marked as another brand's: only what is said around the target may count. ``written`` is how often each
    epoch shows the messages of our own. ``taught`` is the share of a teacher's opinion in the label, where there is
    a teacher (Furlanello et al. 2018, "Born again neural networks"). Of a seed the moving average of its weights is
    kept, with decay ``average`` (0: the last ones); the mean of all seeds is shipped (Wortsman et al. 2022, "Model
    soups"). Where a seed went on from an adapter, ``kept`` is the share of that adapter in what is kept of the
    seed: what it could do it then still can (Wortsman et al. 2022, "Robust fine-tuning"). An adapter of a higher
    rank than ``rank_kept`` is brought down to it. ``ngrams`` and ``ngrams_toward`` are how much the table of word
    pieces says of the tone and of the feeling toward a target (models/ngrams.py).
    """

    seeds: tuple[int, ...] = (7, 8, 9)
    epochs: int = 3
    batch: int = 32
    learning_rate: float = 6e-4
    warm_up: float = 0.06
    rank: int = 32
    alpha: int = 64
    weight_decay: float = 0.01
    label_smoothing: float = 0.05
    class_weight_power: float = 0.5
    marked: float = 0.4
    addressed: float = 0.3
    joined: float = 0.25
    written: int = 2
    taught: float = 0.5
    average: float = 0.998
    kept: float = 0.0
    rank_kept: int = 96
    ngrams: float = 0.3
    ngrams_toward: float = 0.2
    bf16: bool = True
    base: str = SHIPPED_BASE

    def but(self, changes: Sequence[str]) -> "Recipe":
        """Return this recipe with some of it changed, as ``key=value``; raises ValueError naming what is allowed."""
        values = asdict(self)
        for change in changes:
            key, _, value = change.partition("=")
            if key not in values or key == "seeds":
                allowed = ", ".join(field.name for field in fields(self) if field.name != "seeds")
                raise ValueError(f"--set {change}: unknown; allowed: {allowed}")
            values[key] = value if key == "base" else type(values[key])(json.loads(value))
        return Recipe(**values)


@dataclass(frozen=True)
class Step:
    """One training of several that build on each other: ``teacher`` and ``start`` are names of earlier ones."""

    name: str
    changes: tuple[str, ...]
    teacher: str = ""
    start: str = ""
    seeds: tuple[int, ...] = Recipe.seeds


NO_TABLE = ("ngrams=0", "ngrams_toward=0")
SHIPPED_STEPS = (
    Step("teacher", ("written=0", "epochs=2", "marked=0.5", "average=0", *NO_TABLE)),
    Step("before", ("written=0", *NO_TABLE), teacher="teacher"),
    Step(
        "last",
        ("epochs=1", "learning_rate=3e-4", "rank=96", "alpha=192", "average=0", "kept=0.4"),
        teacher="before",
        start="before",
        seeds=(7, 8),
    ),
)
