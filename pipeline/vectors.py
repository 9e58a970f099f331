"""Vectors of what was said: each text is read once, and its vector kept, so that what means alike is found."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.store import Workspace, connect, incoming, kept_open, now, query, transaction
from pipeline.touch import Brand

CHUNK_TEXTS = 2048  # what a crash can cost, some seconds of work
LARGEST = 127
SCHEMA = pa.schema([("digest", pa.string()), ("vector", pa.binary())])

Tick = Callable[[int], None]
Floats = NDArray[np.float32]


class Embedder(Protocol):
    """What is needed of a model of texts."""

    def vectors(self, texts: Sequence[str], names: Sequence[str], progress: Tick) -> Floats:
        """Return vectors of length 1 (n, width), the brand's names left out of the texts."""


@dataclass(frozen=True)
class Reader:
    """A model of texts: what its vectors are kept under, and how it is loaded when there is something to do."""

    version: str
    load: Callable[[], Embedder]


@dataclass
class Keeper:
    """Gives vectors of texts: those that are kept, and the others, made and kept; the model is loaded when wanted."""

    workspace: Workspace
    reader: Reader
    tick: Tick
    loaded: Embedder | None = None

    def vectors(self, brand: Brand, texts: Sequence[str]) -> Floats:
        """Return vectors of length 1 (len(texts), width), the same whenever; no connection is held meanwhile."""
        if not texts:
            return np.zeros((0, 1), np.float32)
        kept = self.read(brand.key, texts)
        missing = [text for text in dict.fromkeys(texts) if digest(text) not in kept]
        for start in range(0, len(missing), CHUNK_TEXTS):
            kept |= self.make(brand, missing[start : start + CHUNK_TEXTS])
        return unpacked([kept[digest(text)] for text in texts])

    def make(self, brand: Brand, texts: Sequence[str]) -> dict[str, bytes]:
        """Read texts, and keep their vectors."""
        self.loaded = self.loaded or self.reader.load()
        rows = packed(self.loaded.vectors(texts, brand.names(), self.tick))
        made = {digest(text): row for text, row in zip(texts, rows, strict=True)}
        table = pa.Table.from_pylist([{"digest": key, "vector": row} for key, row in made.items()], schema=SCHEMA)
        with connect(self.workspace.mentions) as con, transaction(con), incoming(con, table):
            con.execute(query("save_vectors"), {"brand": brand.key, "model": self.reader.version, "now": now()})
        return made

    def read(self, brand: str, texts: Sequence[str]) -> dict[str, bytes]:
        """Return the vectors that are kept, by digest."""
        values = {"brand": brand, "model": self.reader.version, "digests": [digest(text) for text in texts]}
        with connect(self.workspace.mentions) as con:
            return dict(con.execute(query("kept_vectors"), values).fetchall())


def keep_all(keeper: Keeper, scored_by: str, brands: Sequence[Brand]) -> int:
    """Make the vectors that mentions lack, and forget those that no mention has any more; return how many were made.

    A refresh that was cut off goes on where it was.
    """
    made, called = 0, {brand.key: brand for brand in brands}
    with kept_open(keeper.workspace.mentions):
        forget_unsaid(keeper)
        waiting = read_waiting(keeper, scored_by)
    while waiting:
        for key, texts in waiting.items():
            made += len(keeper.make(called.get(key, Brand(key, key)), texts))
        waiting = read_waiting(keeper, scored_by)
    return made


def forget_unsaid(keeper: Keeper) -> None:
    """Remove the vectors of texts that no mention has any more."""
    with connect(keeper.workspace.mentions) as con:
        con.execute(query("forget_vectors"), {"model": keeper.reader.version})


def read_waiting(keeper: Keeper, scored_by: str) -> dict[str, list[str]]:
    """Return some texts that the sentiment model read and that have no vector, by the brand that they are said to."""
    values: dict[str, Any] = {"model": keeper.reader.version, "scored_by": scored_by, "many": CHUNK_TEXTS}
    found: dict[str, list[str]] = {}
    with connect(keeper.workspace.mentions) as con:
        for brand, text in con.execute(query("texts_without_vector"), values).fetchall():
            found.setdefault(brand, []).append(text)
    return found


def digest(text: str) -> str:
    """Return what a text is known by; md5() of DuckDB gives the same."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def packed(vectors: Floats) -> list[bytes]:
    """Return vectors (n, width) as a byte a number, each by its own largest: cosines move by less than .003."""
    largest = np.maximum(np.abs(vectors).max(1, keepdims=True), 1e-12)
    return [row.tobytes() for row in np.round(vectors / largest * LARGEST).astype(np.int8)]


def unpacked(rows: Sequence[bytes]) -> Floats:
    """Return packed vectors as vectors of length 1 (n, width)."""
    found = np.frombuffer(b"".join(rows), np.int8).reshape(len(rows), -1).astype(np.float32)
    return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12), np.float32)
