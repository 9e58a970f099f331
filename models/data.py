"""Labelled texts read from a file, and the fixed split of the training file."""

import csv
import random
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from models.catalog import LABELS
from models.text import clean

VALIDATION_ROWS = 2000
SPLIT_SEED = 20261123


@dataclass(frozen=True)
class Labelled:
    """Texts with their labels as positions in LABELS; both of the same length."""

    texts: list[str]
    labels: list[int]

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, rows: Iterable[int]) -> "Labelled":
        """Return the given rows, in the given order."""
        rows = list(rows)
        return Labelled([self.texts[i] for i in rows], [self.labels[i] for i in rows])


def read(path: str, label: str = "label", text: str = "text") -> Labelled:
    """Read a TSV (or, by its suffix, CSV) with a header; ``-`` reads a TSV from standard input.

    Raises ValueError naming the file, and the column or row that is wrong.
    """
    if path == "-":
        return read_lines(sys.stdin, "standard input", "\t", label, text)
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        return read_lines(file, path, "," if path.endswith(".csv") else "\t", label, text)


def read_lines(file: TextIO, name: str, delimiter: str, label: str, text: str) -> Labelled:
    """Read labelled rows from an open file; in a TSV a quotation mark is an ordinary character."""
    rows = csv.DictReader(file, delimiter=delimiter, quoting=csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL)
    missing = {label, text} - set(rows.fieldnames or ())
    if missing:
        raise ValueError(f"{name}: no column {', '.join(sorted(missing))}; it has {', '.join(rows.fieldnames or ())}")
    texts, labels = [], []
    for number, row in enumerate(rows, 2):
        if row[label] not in LABELS or row[text] is None:
            raise ValueError(f"{name}, row {number}: label {row[label]!r} is not one of {', '.join(LABELS)}")
        texts.append(row[text])
        labels.append(LABELS.index(row[label]))
    if not texts:
        raise ValueError(f"{name}: no rows")
    return Labelled(texts, labels)


def split(rows: Labelled, seed: int = SPLIT_SEED, size: int = VALIDATION_ROWS) -> tuple[Labelled, Labelled]:
    """Return (training, validation): ``size`` random rows held out, and none of their texts left in training."""
    order = list(range(len(rows)))
    random.Random(seed).shuffle(order)
    validation = rows.take(order[:size])
    held_out = {clean(text) for text in validation.texts}
    training = rows.take(i for i in order[size:] if clean(rows.texts[i]) not in held_out)
    return training, validation
