"""Texts as vectors: what is said alike lies close together."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.bases import BASES, SHIPPED_BASE, ModelError, cache_folder, sha256_once
from models.batches import by_budget
from models.cache import kept
from models.int8 import SMOOTHING, save_ranges, to_int8
from models.onnx import OnnxRunner, write
from models.sentiment import CHUNK, base_tokenizer
from models.text import clean, masked

WIDTH = 384
RANGES = Path(__file__).with_name("embed_ranges.safetensors")  # made by python -m models embedder
EXPORT = 2  # to be raised when another network is written or texts are cleaned otherwise: such vectors do not mix

Progress = Callable[[int], None]
NOBODY = re.compile(r"@user\b|\bhttp\b")


@dataclass
class Embedder:
    """The packaged MiniLM as it came: sentence-transformers/all-MiniLM-L6-v2, whose mean-pooled vectors mean something.

    ``version`` names its vectors in the store.
    """

    version: str
    runner: Callable[[dict[str, NDArray[np.int64]]], NDArray[np.float32]]
    tokenizer: Any

    def vectors(
        self, texts: Sequence[str], names: Sequence[str] = (), progress: Progress = lambda done: None
    ) -> NDArray[np.float32]:
        """Return vectors of length 1, shape (len(texts), WIDTH), rows in the order given.

        Handles, links and the brand's ``names`` are left out: texts are to lie together by what they speak of.
        """
        found = np.zeros((len(texts), WIDTH), np.float32)
        for start in range(0, len(texts), CHUNK):
            for batch, inputs in batched(self.tokenizer, texts[start : start + CHUNK], names):
                found[[start + row for row in batch]] = self.runner(inputs)
                progress(len(batch))
        return found


def batched(
    tokenizer: Any, texts: Sequence[str], names: Sequence[str] = ()
) -> Iterator[tuple[list[int], dict[str, NDArray[np.int64]]]]:
    """Yield texts of like length together: their places, and what the network takes."""
    encoded = tokenizer.encode_batch([bare(text, names) for text in texts])
    for batch in by_budget([len(piece.ids) for piece in encoded]):
        yield batch, padded([encoded[row].ids for row in batch])


def bare(text: str, names: Sequence[str]) -> str:
    """Return a cleaned text without handles, links and the given names."""
    return " ".join(NOBODY.sub(" ", clean(masked(text, names))).split())


def padded(pieces: Sequence[Sequence[int]]) -> dict[str, NDArray[np.int64]]:
    """Return the ids of word pieces as the arrays (n, longest) that the network takes."""
    shape = (len(pieces), max(map(len, pieces)))
    ids, mask = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for row, piece in enumerate(pieces):
        ids[row, : len(piece)] = piece
        mask[row, : len(piece)] = 1
    return {"input_ids": ids, "attention_mask": mask}


def version() -> str:
    """Return what the vectors are kept under, without loading anything."""
    return f"minilm-{BASES[SHIPPED_BASE].sha256[:10]}-{sha256_once(RANGES)[:6]}-{EXPORT}"


def load() -> Embedder:
    """Load the embedder; on first use it is exported into the cache. Raises ModelError where the package is missing."""
    return Embedder(version(), cached(), base_tokenizer())


def load_exported() -> Embedder:
    """Load the embedder where it was exported before, without PyTorch. Raises ModelError where it was not."""
    if not exported().exists():
        raise ModelError("the model of texts was not used on this machine yet: run python -m pipeline refresh here")
    return load()


def exported() -> Path:
    """Return where the network lies once it was exported."""
    return cache_folder() / version() / "int8.onnx"


def cached() -> OnnxRunner:
    """Return what runs the network, exported on first use; several processes may make it at once."""
    return OnnxRunner(kept(exported(), lambda folder: to_int8(export(folder), RANGES, normed=SMOOTHING)))


def export(folder: Path) -> Path:
    """Write the network in fp32; return the file."""
    from models.network import Pooled, encode, load_encoder

    network, tokenizer = load_encoder()
    return write(Pooled(network), "vectors", encode(tokenizer, ["two texts", "of unequal length"]), folder)


def learn_ranges(texts: Sequence[str], out: Path = RANGES) -> None:
    """Watch the fp32 network read some texts, and write the ranges that its int8 needs."""
    batches = (inputs for _, inputs in batched(base_tokenizer(), texts))
    with TemporaryDirectory() as new:
        save_ranges(export(Path(new)), batches, out)
