"""The one way from texts to probabilities, for evaluation and scoring alike."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from models.bases import SHIPPED_BASE, ModelError, base_folder
from models.batches import by_budget
from models.calibration import Calibration
from models.catalog import HEADS, LABELS, MAX_LENGTH, Reading, Said, Source, base_of, find, version
from models.language import unread
from models.ngrams import Inputs, Table, read_table
from models.text import is_spoken_to, mark, masked

CHUNK = 2048  # texts that are sorted by length together, and cut into word pieces while those before them are read

Backend = Literal["auto", "onnx", "onnx-fp32", "torch"]
Progress = Callable[[int], None]
Runner = Callable[[Inputs], NDArray[np.float32]]


@dataclass
class SentimentModel:
    """A loaded classifier: ``version`` names it in the store, ``predict`` uses it.

    ``tokenizer`` is a fast tokenizer; ``runner`` turns padded word pieces into logits; ``columns`` gives, for each
    head, the columns of each of LABELS; ``names`` are the inputs that the network takes.
    """

    version: str
    runner: Runner
    tokenizer: Any
    columns: dict[str, Sequence[Sequence[int]]]
    reading: Reading = field(default_factory=Reading)
    calibration: dict[str, Calibration] = field(default_factory=dict)
    names: tuple[str, ...] = ("input_ids", "attention_mask")

    def predict(
        self,
        texts: Sequence[str],
        progress: Progress = lambda done: None,
        target: Iterable[str] = (),
        others: Iterable[str] = (),
    ) -> NDArray[np.float32]:
        """Return probabilities of shape (len(texts), 3), columns as in LABELS, rows in the order given.

        With a ``target`` (all its names and handles) they are of the feeling toward it, with ``others`` as the names of
        other brands; without one of the tone. Equal texts are read once. ``progress`` hears how many texts are done.

        What is said *to* the target, and names no other brand, is read by its tone: on tweets to airlines that is the
        better of the two heads, on tweets about topics it is the other (models/default/README.md).
        """
        target, others = tuple(target), tuple(others)
        inputs = self.inputs(texts, target, others)
        about = self.about(texts, target, others)
        if target and self.reading.target == "marked":
            for row in set(range(len(texts))) - set(about):
                inputs[row] = self.reading.cleaning(masked(texts[row], target))
        logits = self.read(inputs, progress)
        found = self.to_probabilities(logits, "tone")
        found[about] = self.to_probabilities(logits[about], "toward")
        return found

    def about(self, texts: Sequence[str], target: tuple[str, ...], others: tuple[str, ...]) -> list[int]:
        """Return the rows that the toward head decides: what is said about the target, not to it alone."""
        if not target or self.reading.target != "marked":
            return []
        return [row for row, text in enumerate(texts) if not is_spoken_to(text, target, others)]

    def to_probabilities(self, logits: NDArray[np.float32], head: str) -> NDArray[np.float32]:
        """Return the calibrated probabilities (n, 3) of a head from the logits of the network (n, columns)."""
        head = head if head in self.columns else "tone"
        columns = self.columns[head]
        chosen = [column for group in columns for column in group]
        found = self.calibration.get(head, Calibration()).softmax(logits[:, chosen])
        edges = np.cumsum([0, *(len(group) for group in columns)])[:-1]
        return np.add.reduceat(found, edges, axis=1)

    def logits(
        self,
        texts: Sequence[str],
        progress: Progress = lambda done: None,
        target: Iterable[str] = (),
        others: Iterable[str] = (),
    ) -> NDArray[np.float32]:
        """Return what the network says of each text, shape (len(texts), columns), before any calibration."""
        return self.read(self.inputs(texts, tuple(target), tuple(others)), progress)

    def read(self, inputs: list[Any], progress: Progress) -> NDArray[np.float32]:
        """Return the logits of each input, shape (len(inputs), columns); equal ones are read once."""
        rows: dict[Any, list[int]] = {}
        for row, text in enumerate(inputs):
            rows.setdefault(text, []).append(row)
        result: NDArray[np.float32] | None = None
        for batch, found in self.batches(list(rows)):
            result = np.zeros((len(inputs), found.shape[1]), np.float32) if result is None else result
            for text, values in zip(batch, found, strict=True):
                result[rows[text]] = values
            progress(sum(len(rows[text]) for text in batch))
        width = sum(len(group) for columns in self.columns.values() for group in columns)
        return np.zeros((0, width), np.float32) if result is None else result

    def inputs(self, texts: Sequence[str], target: tuple[str, ...], others: tuple[str, ...]) -> list[Any]:
        """Return what is cut into word pieces: a cleaned text, or a pair of a text and its target."""
        cleaning = self.reading.cleaning
        if target and self.reading.target == "marked":
            return [cleaning(mark(text, target, others)) for text in texts]
        if target and self.reading.target == "pair":
            return [(cleaning(text), target[0]) for text in texts]
        return [cleaning(text) for text in texts]

    def batches(self, inputs: list[Any]) -> Iterator[tuple[list[Any], NDArray[np.float32]]]:
        """Yield batches of inputs with their logits; the next chunk is cut into word pieces meanwhile."""
        chunks = [inputs[start : start + CHUNK] for start in range(0, len(inputs), CHUNK)]
        with ThreadPoolExecutor(1) as beside:
            waiting = [beside.submit(self.tokenizer.encode_batch, chunk) for chunk in chunks]
            for chunk, pieces in zip(chunks, waiting, strict=True):
                encoded = pieces.result()
                for batch in by_budget([len(piece.ids) for piece in encoded]):
                    yield [chunk[i] for i in batch], self.runner(self.padded([encoded[i] for i in batch]))

    def sample_batches(self, inputs: list[Any]) -> Iterator[Inputs]:
        """Yield cleaned texts as the batches that the network reads."""
        encoded = self.tokenizer.encode_batch(inputs)
        for batch in by_budget([len(piece.ids) for piece in encoded]):
            yield self.padded([encoded[i] for i in batch])

    def padded(self, encoded: Sequence[Any]) -> Inputs:
        """Return one batch of encodings as the arrays (n, longest) that the network takes."""
        shape = (len(encoded), max(len(piece.ids) for piece in encoded))
        found = {"input_ids": np.full(shape, self.reading.pad, np.int64)}
        found |= {name: np.zeros(shape, np.int64) for name in ("attention_mask", "token_type_ids")}
        for row, piece in enumerate(encoded):
            found["input_ids"][row, : len(piece.ids)] = piece.ids
            found["attention_mask"][row, : len(piece.ids)] = 1
            found["token_type_ids"][row, : len(piece.ids)] = piece.type_ids
        return {name: found[name] for name in self.names}

    def unread(self, texts: Sequence[str]) -> list[str | None]:
        """Return, of each text, the code of its language where that is one that the model does not read, else None."""
        return [unread(text, self.reading.languages) for text in texts]

    def doubtful(
        self,
        probabilities: NDArray[np.float32],
        texts: Sequence[str] = (),
        target: Iterable[str] = (),
        others: Iterable[str] = (),
    ) -> NDArray[np.bool_]:
        """Say of each row of what ``predict`` said whether more than one label is plausible, or none.

        By class-conditional conformal sets, each row by those of the head that decided it.
        """
        rows = {"tone": np.ones(len(probabilities), bool), "toward": np.zeros(len(probabilities), bool)}
        about = self.about(texts, tuple(target), tuple(others))
        rows["tone"][about], rows["toward"][about] = False, True
        found = np.zeros(len(probabilities), bool)
        for head, chosen in rows.items():
            sets = self.calibration.get(head, Calibration()).sets(probabilities[chosen])
            found[chosen] = sets.sum(1) != 1
        return found


def load(
    name: str = "default",
    revision: str | None = None,
    backend: Backend = "auto",
    said: Said = Said(),  # noqa: B008
) -> SentimentModel:
    """Load the shipped model, another adapter over the same base, a folder, or a model from a hub.

    ``auto`` runs adapters on ONNX Runtime in int8 and everything else on PyTorch. Its ``version`` says nothing of what
    was ``said`` of it. Raises ModelError where the files are missing, altered, unreachable, or their labels are not
    ours.
    """
    source = find(name, revision, said)
    if source.adapter is None:
        if backend.startswith("onnx"):
            raise ModelError(f"model {name!r} runs on PyTorch only: set backend to auto or torch")
        return load_whole(source, version(name, revision))
    kept = version(name, revision)
    return SentimentModel(
        kept,
        with_table(adapter_runner(source.adapter, kept, backend), read_table(source.adapter)),
        base_tokenizer(base_of(source.adapter)),
        {head: [[len(LABELS) * place + k] for k in range(len(LABELS))] for place, head in enumerate(HEADS)},
        source.reading,
        Calibration.read(source.adapter),
    )


def adapter_runner(folder: Path, kept: str, backend: Backend) -> Runner:
    """Return what runs an adapter; PyTorch is imported only where it is needed. Only the shipped base is exported."""
    if backend == "torch" or base_of(folder) != SHIPPED_BASE:
        from models.network import TorchRunner, load_adapter

        return TorchRunner(load_adapter(folder)[0])
    from models.onnx import cached

    return cached(folder, kept, int8=backend != "onnx-fp32")


def with_table(runner: Runner, table: Table | None) -> Runner:
    """Return what runs a network and adds what its table of word pieces says, where it has one."""
    if table is None:
        return runner

    def both(inputs: Inputs) -> NDArray[np.float32]:
        return runner(inputs) + table(inputs)

    return both


def base_tokenizer(name: str = SHIPPED_BASE) -> Any:
    """Return the tokenizer of a base."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(base_folder(name) / "tokenizer.json"))
    tokenizer.enable_truncation(MAX_LENGTH)
    tokenizer.no_padding()
    return tokenizer


def load_whole(source: Source, kept: str) -> SentimentModel:
    """Load a complete classifier on PyTorch."""
    from models.network import TorchRunner
    from models.network import load_whole as load_network

    network, tokenizer = load_network(source)
    columns = source.reading.columns(network.config.id2label)
    fast = tokenizer.backend_tokenizer
    fast.enable_truncation(min(tokenizer.model_max_length, source.reading.longest))
    fast.no_padding()
    reading = source.reading.padded_with(tokenizer.pad_token_id or 0)
    return SentimentModel(kept, TorchRunner(network), fast, {"tone": columns}, reading)
