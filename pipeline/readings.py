"""What a model reads in texts toward a brand, under phrase rules, and what that is kept under."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline import rules
from pipeline.publish import ModelFacts
from pipeline.rules import Rule
from pipeline.scores import Reading
from pipeline.settings import Settings
from pipeline.touch import Brand

Tick = Callable[[int], None]


class Model(Protocol):
    """What `score` needs of a model."""

    @property
    def version(self) -> str:
        """What scores of this model are kept under."""

    def unread(self, texts: list[str]) -> list[str | None]:
        """Return the language of each text that the model does not read, else None."""

    def predict(
        self, texts: list[str], progress: Tick, target: Sequence[str], others: Sequence[str]
    ) -> NDArray[np.float32]:
        """Return probabilities (n, 3) of negative, neutral and positive toward the target, among other brands."""

    def doubtful(
        self, probabilities: NDArray[np.float32], texts: Sequence[str], target: Sequence[str], others: Sequence[str]
    ) -> NDArray[np.bool_]:
        """Say of each row of what ``predict`` said of the texts whether more than one label is plausible."""

    def inputs(self, texts: Sequence[str], target: tuple[str, ...], others: tuple[str, ...]) -> list[Any]:
        """Return what the network is given of each text, with the names of brands marked in it."""


def readings(
    model: Model, brands: Sequence[Brand], key: str, texts: list[str], phrases: Sequence[Rule], tick: Tick
) -> list[Reading]:
    """Return what the model reads in texts toward one brand, under phrase rules.

    Of a text in a language that it does not read there is only that, unless a rule decides it.
    """
    target = [name for brand in brands if brand.key == key for name in brand.names()]
    others = [name for brand in brands if brand.key != key for name in brand.names()]
    decided = {text: found for text in texts if (found := rules.decided(text, phrases))}
    left = [text for text in texts if text not in decided]
    foreign = {text: code for text, code in zip(left, model.unread(left), strict=True) if code}
    read = [text for text in left if text not in foreign]
    tick(len(texts) - len(read))
    words = [rules.to_read(text, phrases) for text in read]
    probabilities = model.predict(words, tick, target, others)
    doubts = dict(zip(read, model.doubtful(probabilities, words, target, others), strict=True))
    scored = dict(zip(read, probabilities, strict=True)) | decided
    return [Reading(text, language=code) for text, code in foreign.items()] + [
        Reading(text, *to_floats(row), bool(doubts.get(text, False)), rules.applied(text, phrases))
        for text, row in scored.items()
    ]


def to_floats(row: Sequence[float] | NDArray[np.float32]) -> tuple[float, float, float]:
    """Return the three probabilities of a row as plain numbers."""
    negative, neutral, positive = row
    return float(negative), float(neutral), float(positive)


def kept_under(version: str, settings: Settings) -> str:
    """Return what scores of a model are kept under: other settings of it and other phrase rules are other scores."""
    model = settings.model
    if model.backend not in ("auto", "onnx"):
        version += f"+{model.backend}"
    said = (sorted(model.labels.items()), model.languages, model.cleaning)
    if said != ([], None, None):
        version += f"+read-{hashlib.sha256(repr(said).encode()).hexdigest()[:8]}"
    return rules.version(version, settings.rules)


def under_settings(model: ModelFacts, settings: Settings) -> ModelFacts:
    """Return the model as its scores are kept under the settings."""
    return replace(model, version=kept_under(model.version, settings))
