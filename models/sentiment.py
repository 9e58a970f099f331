"""The one way from texts to probabilities, for training, evaluation and scoring alike."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModelForSequenceClassification, AutoTokenizer
from transformers.utils import logging

from models.catalog import LABELS, ModelError, Source, base_folder, find, version
from models.text import clean

MAX_LENGTH = 96
BATCH = 32

Progress = Callable[[int], None]


class SentimentModel:
    """A loaded classifier: ``version`` names it in the store, ``predict`` uses it."""

    def __init__(self, network: Any, tokenizer: Any, version: str, order: Sequence[int]) -> None:
        self.network = network.eval()
        self.tokenizer = tokenizer
        self.version = version
        self.order = list(order)

    def predict(self, texts: Sequence[str], progress: Progress = lambda done: None) -> NDArray[np.float32]:
        """Return probabilities of shape (len(texts), 3), columns as in LABELS, rows in the order given.

        Texts of like length share a batch, so that little is padded; ``progress`` hears the size of each batch.
        """
        result = np.zeros((len(texts), len(LABELS)), dtype=np.float32)
        cleaned = [clean(text) for text in texts]
        longest_first = sorted(range(len(cleaned)), key=lambda i: -len(cleaned[i]))
        for start in range(0, len(cleaned), BATCH):
            rows = longest_first[start : start + BATCH]
            result[rows] = self.probabilities([cleaned[i] for i in rows])
            progress(len(rows))
        return result

    def probabilities(self, cleaned: list[str]) -> NDArray[np.float32]:
        """Return the probabilities of one batch of cleaned texts, shape (n, 3)."""
        with torch.inference_mode():
            logits = self.network(**encode(self.tokenizer, cleaned)).logits
        array: NDArray[np.float32] = logits.softmax(-1)[:, self.order].numpy()
        return array


def encode(tokenizer: Any, cleaned: list[str]) -> Any:
    """Return one padded batch of token ids as tensors; what is beyond MAX_LENGTH pieces is cut off."""
    return tokenizer(cleaned, padding=True, truncation=True, max_length=MAX_LENGTH, return_tensors="pt")


def label_order(names: dict[int, str]) -> list[int]:
    """Return the columns of a network in the order of LABELS, from its own label names.

    Raises ModelError where the names cannot be told apart by their first letters.
    """
    columns = {name.lower()[:3]: column for column, name in names.items()}
    try:
        return [columns[label[:3]] for label in LABELS]
    except KeyError as error:
        raise ModelError(f"the model's labels are {list(names.values())}; needed: {', '.join(LABELS)}") from error


def load(name: str = "default", revision: str | None = None) -> SentimentModel:
    """Load the shipped model, a folder, or a model from a hub.

    Raises ModelError where the files are missing, altered, unreachable or not of three classes.
    """
    source = find(name, revision)
    with quietly():
        network, tokenizer, order = load_adapter(source) if source.adapter else load_whole(source)
    return SentimentModel(network, tokenizer, version(name, revision), order)


@contextmanager
def quietly() -> Iterator[None]:
    """Keep the libraries from reporting what is as it should be: a fresh head on the base, an old name."""
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")
        yield


def load_adapter(source: Source) -> tuple[Any, Any, list[int]]:
    """Return (network, tokenizer, order of columns): the packaged base with an adapter merged into it."""
    from peft import PeftModel

    network, tokenizer = base_network()
    merged = PeftModel.from_pretrained(network, str(source.adapter)).merge_and_unload()
    return merged, tokenizer, list(range(len(LABELS)))


def load_whole(source: Source) -> tuple[Any, Any, list[int]]:
    """Return (network, tokenizer, order of columns) of a complete classifier in a folder or on a hub."""
    try:
        network = AutoModelForSequenceClassification.from_pretrained(source.weights, revision=source.revision)
        tokenizer = AutoTokenizer.from_pretrained(source.weights, revision=source.revision)
    except (OSError, ValueError) as error:
        raise ModelError(
            f"model {source.weights!r} cannot be loaded (no such folder, or no hub reachable): {error}"
        ) from error
    return network, tokenizer, label_order(network.config.id2label)


def base_network() -> tuple[Any, Any]:
    """Return (network with a fresh head of three classes, tokenizer) of the packaged base, for training."""
    folder = str(base_folder())
    network = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=len(LABELS))
    return network, AutoTokenizer.from_pretrained(folder)
