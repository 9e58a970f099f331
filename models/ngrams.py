"""A linear model over word pieces and their pairs, whose say is added to the network's.

A network of this size learns how words work together, and of single words less than there is. A linear model learns
these from the same texts, errs elsewhere, and costs hardly anything beside it (Wang & Manning 2012, "Baselines and
bigrams", show how strong one is on short texts).
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

FILE = "ngrams.safetensors"
BITS = 18  # 2^18 places: of those that the training texts use, hardly any is shared
STEP = np.uint64(0x9E3779B97F4A7C15)  # 2^64 by the golden ratio: neighbouring keys come far apart (Knuth, vol. 3, 6.4)
PIECES = np.uint64(2**20)  # more than any vocabulary has, so that no pair has the key of another, or of a single piece

Array = NDArray[np.float32]
Inputs = dict[str, NDArray[np.int64]]


@dataclass(frozen=True)
class Used:
    """Which places of the table the texts of a batch use, each of a text once, by text."""

    text: NDArray[np.int64]
    place: NDArray[np.int64]


def used(inputs: Inputs) -> Used:
    """Return the places of the word pieces of a padded batch, and of the pairs of neighbours."""
    pieces, known = inputs["input_ids"].astype(np.uint64), inputs["attention_mask"].astype(bool)
    pairs, both = pieces[:, :-1] * PIECES + pieces[:, 1:], known[:, :-1] & known[:, 1:]
    key = np.concatenate([pieces[known], pairs[both]])
    text = np.concatenate([np.nonzero(known)[0], np.nonzero(both)[0]])
    place = ((key * STEP) >> np.uint64(64 - BITS)).astype(np.int64)
    found = np.unique((text << BITS) | place)
    return Used(found >> BITS, found & (2**BITS - 1))


@dataclass(frozen=True)
class Table:
    """What each place says, and how much it weighs beside the others of a text.

    ``rarity`` has shape (2^BITS,): the inverse document frequency of what uses the place, 0 where fewer than two texts
    did. ``says`` has shape (2^BITS, columns) and ``bias`` (columns,), in the order of the network's logits.
    """

    rarity: Array
    says: Array
    bias: Array

    def __call__(self, inputs: Inputs) -> Array:
        """Return what is added to the logits (n, columns) of one padded batch."""
        found = used(inputs)
        many, rarity = len(inputs["input_ids"]), self.rarity[found.place]
        total = np.zeros((many, len(self.bias)), np.float32)
        np.add.at(total, found.text, rarity[:, None] * self.says[found.place])
        return (total / lengths(found.text, rarity, many)[:, None] + self.bias).astype(np.float32)

    def save(self, folder: Path) -> None:
        """Write the table beside an adapter, in half precision."""
        halves = {"rarity": self.rarity, "says": self.says, "bias": self.bias}
        save_file({name: value.astype(np.float16) for name, value in halves.items()}, folder / FILE)


def lengths(text: NDArray[np.int64], rarity: Array, many: int) -> NDArray[np.float64]:
    """Return the Euclidean length of each of many texts, 1 of those of which nothing is known."""
    found: NDArray[np.float64] = np.sqrt(np.bincount(text, rarity.astype(np.float64) ** 2, many))
    found[found == 0] = 1
    return found


def read_table(folder: Path) -> Table | None:
    """Return the table that lies beside an adapter, None where there is none."""
    file = folder / FILE
    if not file.exists():
        return None
    found = {name: value.astype(np.float32) for name, value in load_file(file).items()}
    return Table(found["rarity"], found["says"], found["bias"])
