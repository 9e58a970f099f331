"""Which messages are closest in meaning to some words, or to another message."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

NEWEST = 100_000  # messages that are looked through: 38 MB in memory
CLOSEST = 500
NEAR = 0.25  # cosine below which a message is no longer about the same thing
ROWS = 16_384  # at a time, as floats

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Meanings:
    """Messages of a brand, with their vectors as bytes (n, width), and the lengths of those (n,)."""

    model: str
    ids: tuple[str, ...]
    bytes: NDArray[np.int8]
    lengths: Floats

    def of(self, touch_id: str) -> Floats | None:
        """Return the vector of a message, of length 1; None where it has none."""
        if touch_id not in self.ids:
            return None
        row = self.bytes[self.ids.index(touch_id)].astype(np.float32)
        return np.asarray(row / np.linalg.norm(row), np.float32)

    def closest(self, vector: Floats, rows: int = ROWS) -> list[str]:
        """Return the ids of the CLOSEST messages that are NEAR a vector of length 1, the closest first."""
        cosines = np.concatenate(
            [self.cosines(vector, slice(start, start + rows)) for start in range(0, len(self.ids), rows)]
        )
        best = np.argsort(-cosines, kind="stable")[:CLOSEST]
        return [self.ids[row] for row in best if cosines[row] >= NEAR]

    def cosines(self, vector: Floats, part: slice) -> Floats:
        """Return how close some of the messages are."""
        return np.asarray(self.bytes[part].astype(np.float32) @ vector / self.lengths[part], np.float32)


def to_meanings(found: pd.DataFrame, rows: int = ROWS) -> Meanings | None:
    """Return what the published file holds; None where it holds nothing. ``rows`` are taken as floats at a time."""
    if found.empty:
        return None
    vectors = np.frombuffer(b"".join(found["vector"]), np.int8).reshape(len(found), -1)
    return Meanings(str(found["model"].iloc[0]), tuple(found["touch_id"]), vectors, lengths(vectors, rows))


def lengths(vectors: NDArray[np.int8], rows: int) -> Floats:
    """Return the lengths (n,) of vectors (n, width), so many rows at a time."""
    parts: Sequence[Floats] = [
        np.linalg.norm(vectors[start : start + rows].astype(np.float32), axis=1)
        for start in range(0, len(vectors), rows)
    ]
    return np.maximum(np.concatenate(parts), 1e-12).astype(np.float32)
