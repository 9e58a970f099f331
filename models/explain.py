"""Which words of a message move its score."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from models.bases import ModelError
from models.catalog import find, version
from models.onnx import exported
from models.sentiment import Backend, SentimentModel, load

WORD = re.compile(r"\S+")


@dataclass(frozen=True)
class Word:
    """A word as it stands, where it begins and ends, and the score with it less the score without it."""

    word: str
    start: int
    end: int
    moved: float


@dataclass(frozen=True)
class Explanation:
    """The score of a message, positive less negative in -1..1, and what each of its words did to it, in their order."""

    score: float
    words: tuple[Word, ...]


def load_exported(name: str = "default", revision: str | None = None, backend: Backend = "auto") -> SentimentModel:
    """Load a model that was exported before: at once, and without PyTorch.

    Raises ModelError where it was not exported on this machine, or runs on PyTorch only.
    """
    if find(name, revision).adapter is None or backend == "torch":
        raise ModelError(f"model {name!r} runs on PyTorch here, which is too slow to ask word by word")
    if not exported(version(name, revision), int8=backend != "onnx-fp32").exists():
        raise ModelError("the model was not used on this machine yet: run python -m pipeline refresh here")
    return load(name, revision, backend)


def explain(model: SentimentModel, text: str, target: Iterable[str] = (), others: Iterable[str] = ()) -> Explanation:
    """Return how much each word moves the score, by leaving it out (occlusion, Zeiler & Fergus 2014), in one call.

    The moves of words that say the same twice do not add up to the score: each alone may change nothing. A word is at
    least one of the word pieces that a model reads: the words beyond as many move nothing, and are not asked of.
    """
    found = list(WORD.finditer(text))
    without = [text[: word.start()] + text[word.end() :] for word in found[: model.reading.longest]]
    probabilities = model.predict([text, *without], target=target, others=others).astype(np.float64)
    score, *rest = (probabilities[:, 2] - probabilities[:, 0]).tolist()
    rest += [score] * (len(found) - len(rest))
    words = (Word(w[0], w.start(), w.end(), round(score - left, 4)) for w, left in zip(found, rest, strict=True))
    return Explanation(round(score, 4), tuple(words))
