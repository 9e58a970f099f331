"""How sure a probability may be: a temperature, and the sets of labels that are plausible."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.catalog import LABELS

COVERAGE = 0.90
FILE = "calibration.json"


@dataclass(frozen=True)
class Calibration:
    """What was learned from held-out rows about one head.

    ``temperature`` divides the logits (Guo et al. 2017, "On calibration of modern neural networks"). ``thresholds``
    holds the least probability at which each label still belongs to a text's set: class-conditional split conformal
    prediction (Vovk et al. 2005; Angelopoulos & Bates 2021), so that of the texts of each label COVERAGE have it there.
    """

    temperature: float = 1.0
    thresholds: tuple[float, float, float] = (0.5, 0.5, 0.5)

    def softmax(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return probabilities along the last axis."""
        scaled = logits.astype(np.float64) / self.temperature
        powers = np.exp(scaled - scaled.max(-1, keepdims=True))
        found: NDArray[np.float32] = (powers / powers.sum(-1, keepdims=True)).astype(np.float32)
        return found

    def sets(self, probabilities: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Return which labels are plausible for each row, shape (n, 3)."""
        found: NDArray[np.bool_] = probabilities >= np.asarray(self.thresholds, np.float32)
        return found

    @staticmethod
    def read(folder: Path) -> dict[str, "Calibration"]:
        """Return the calibration of each head that lies beside an adapter; none where there is no file."""
        file = folder / FILE
        if not file.exists():
            return {}
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return {head: Calibration(v["temperature"], tuple(v["thresholds"])) for head, v in found.items()}


def fit(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> Calibration:
    """Return the calibration of a head from held-out logits (n, 3) and their labels (n,).

    What is shown is the likeliest label and its probability, so the temperature is the one under which "the likeliest
    label is right" is likeliest (top-label calibration, Gupta & Ramdas 2022): training with class weights bends the
    probabilities of the other labels, and fitted to all three the temperature would pay for that.
    """
    grid = np.geomspace(0.5, 2.5, 201)
    temperature = float(min(grid, key=lambda t: top_log_loss(Calibration(t).softmax(logits), labels)))
    probabilities = Calibration(temperature).softmax(logits)
    least = tuple(float(threshold(probabilities[labels == k, k])) for k in range(len(LABELS)))
    return Calibration(round(temperature, 4), (round(least[0], 4), round(least[1], 4), round(least[2], 4)))


def top_log_loss(probabilities: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """Return the mean negative log likelihood of whether the likeliest label is the true one."""
    top = np.clip(probabilities.max(1).astype(np.float64), 1e-12, 1 - 1e-12)
    right = probabilities.argmax(1) == labels
    return float(-np.where(right, np.log(top), np.log1p(-top)).mean())


def threshold(true: NDArray[np.float32], coverage: float = COVERAGE) -> float:
    """Return the probability that a label must reach to be in the set, from those of its own held-out texts.

    With n of them it is the floor((n + 1)(1 - coverage))-th smallest, so that a new one reaches it with the chance
    asked for; with too few of them every label is plausible.
    """
    place = int(np.floor(round((len(true) + 1) * (1 - coverage), 9)))  # 10 * (1 - 0.9) is a little less than 1
    return float(np.sort(true)[place - 1]) if place >= 1 else 0.0
