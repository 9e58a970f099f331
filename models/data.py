"""Labelled texts read from files, and the fixed split of the training files."""

import csv
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from models.catalog import LABELS
from models.text import clean

VALIDATION_ROWS = 2000
UNSEEN_ROWS = 2000
SPLIT_SEED = 20261124
FURTHER_SEED = 30112026


@dataclass(frozen=True)
class Labelled:
    """Texts with their labels as positions in LABELS, and the target that each label is toward ("" for the tone)."""

    texts: list[str]
    labels: list[int]
    targets: list[str]

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, rows: Iterable[int]) -> "Labelled":
        """Return the given rows, in the given order."""
        rows = list(rows)
        return Labelled([self.texts[i] for i in rows], [self.labels[i] for i in rows], [self.targets[i] for i in rows])


@dataclass(frozen=True)
class Split:
    """What is learned from and what is held out: no text of what is held out is in ``tone`` or ``toward``.

    ``tone`` and ``validation`` have tone labels; ``toward`` and ``unseen`` have labels toward a target, and no target
    of ``unseen`` is in ``toward``. ``written`` are messages of our own that are held out, too, with their targets, and
    ``draws`` what `further` held out.
    """

    tone: Labelled
    toward: Labelled
    validation: Labelled
    unseen: Labelled
    written: Labelled | None = None
    draws: tuple[Labelled, ...] = ()


def read(path: str, label: str = "label", text: str = "text", target: str = "") -> Labelled:
    """Read a TSV (or, by its suffix, CSV) with a header; ``-`` reads a TSV from standard input.

    A label is a name of LABELS or a number, whose sign counts; ``target`` names the column of what it is toward.
    Raises ValueError naming the file, and the column or row that is wrong.
    """
    name = "standard input" if path == "-" else path
    try:
        with opened(path) as file:
            return read_lines(file, name, "," if path.endswith(".csv") else "\t", label, text, target)
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{name}: {error}") from error


def opened(path: str) -> TextIO:
    """Return a file, or standard input, as text in UTF-8, whatever the system's own encoding is."""
    if path == "-":
        return TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig", newline="")
    return Path(path).open(encoding="utf-8-sig", newline="")


def read_lines(file: TextIO, name: str, delimiter: str, label: str, text: str, target: str = "") -> Labelled:
    """Read labelled rows from an open file; in a TSV a quotation mark is an ordinary character."""
    rows = csv.DictReader(file, delimiter=delimiter, quoting=csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL)
    missing = {label, text, target or text} - set(rows.fieldnames or ())
    if missing:
        raise ValueError(f"{name}: no column {', '.join(sorted(missing))}; it has {', '.join(rows.fieldnames or ())}")
    found = Labelled([], [], [])
    for number, row in enumerate(rows, 2):
        place = to_label(row[label])
        if row[text] is None:
            raise ValueError(f"{name}, row {number}: it has no {text}")
        if place is None:
            raise ValueError(
                f"{name}, row {number}: label {row[label]!r} is not one of {', '.join(LABELS)}, "
                "nor a number from -2 to 2"
            )
        found.texts.append(row[text])
        found.labels.append(place)
        found.targets.append(row[target] or "" if target else "")
    if not found.texts:
        raise ValueError(f"{name}: no rows")
    return found


def to_label(value: str | None) -> int | None:
    """Return a label's position in LABELS, from its name or from a number from -2 to 2; None where it is neither."""
    if value in LABELS:
        return LABELS.index(value)
    numbers = {"-2": 0, "-1": 0, "0": 1, "1": 2, "2": 2}
    return numbers.get((value or "").strip().removesuffix(".0"))


def split(tone: Labelled, toward: Labelled, size: int = VALIDATION_ROWS, unseen: int = UNSEEN_ROWS) -> Split:
    """Return what is learned from and what is held out, always the same for the same files.

    ``validation`` is ``size`` rows, drawn at random within each label so that their shares are those of the file.
    ``unseen`` is all rows of targets drawn at random until there are ``unseen`` of them: a user's brand is new, too.
    Of a small file not more than a fifth is held out.
    """
    chance = random.Random(SPLIT_SEED)
    size, unseen = min(size, len(tone) // 5), min(unseen, len(toward) // 5)
    held_out = stratified(tone.labels, size, chance)
    validation = tone.take(sorted(held_out))
    hidden = hidden_targets(toward.targets, unseen, chance)
    new = toward.take(i for i, target in enumerate(toward.targets) if target in hidden)
    seen = {clean(text) for text in (*validation.texts, *new.texts)}
    return Split(
        tone.take(i for i, text in enumerate(tone.texts) if i not in held_out and clean(text) not in seen),
        toward.take(
            i
            for i, (text, target) in enumerate(zip(toward.texts, toward.targets, strict=True))
            if target not in hidden and clean(text) not in seen
        ),
        validation,
        new,
    )


def further(found: Split, many: int) -> Split:
    """Return the split with ``many`` more draws held out, each with as many rows of each label as the validation.

    They differ from it by chance alone, and so tell how much its figures hang on which rows it happened to get. Raises
    ValueError where there are not enough rows.
    """
    tone, sizes = found.tone, Counter(found.validation.labels)
    order = list(range(len(tone)))
    random.Random(FURTHER_SEED).shuffle(order)
    rows = {label: [row for row in order if tone.labels[row] == label] for label in sorted(sizes)}
    if any(len(rows[label]) < many * size for label, size in sizes.items()):
        raise ValueError(f"{len(tone)} rows are not enough for {many} more draws of {len(found.validation)}")
    draws = tuple(tone.take(nth(rows, sizes, draw)) for draw in range(many))
    held = {clean(text) for draw in draws for text in draw.texts}
    return replace(found, tone=without(tone, held), toward=without(found.toward, held), draws=draws)


def nth(rows: Mapping[int, Sequence[int]], sizes: Mapping[int, int], draw: int) -> Iterator[int]:
    """Yield the rows of one draw: of each label as many as its size, after those of the draws before it."""
    for label, size in sorted(sizes.items()):
        yield from rows[label][draw * size : (draw + 1) * size]


def without(rows: Labelled, held: set[str]) -> Labelled:
    """Return the rows whose text, cleaned, is not held out."""
    return rows.take(row for row, text in enumerate(rows.texts) if clean(text) not in held)


def stratified(labels: Sequence[int], size: int, chance: random.Random) -> set[int]:
    """Return ``size`` rows, drawn at random within each label."""
    rows: dict[int, list[int]] = defaultdict(list)
    for row, label in enumerate(labels):
        rows[label].append(row)
    drawn: list[int] = []
    for label in sorted(rows):
        drawn += chance.sample(rows[label], size * len(rows[label]) // len(labels))
    rest = sorted(set(range(len(labels))) - set(drawn))
    return {*drawn, *chance.sample(rest, min(size - len(drawn), len(rest)))}


def hidden_targets(targets: Sequence[str], rows: int, chance: random.Random) -> set[str]:
    """Return targets drawn at random until they have ``rows`` rows together."""
    many = Counter(targets)
    order = sorted(many)
    chance.shuffle(order)
    return set(until(order, many, rows))


def until(order: Iterable[str], many: Counter[str], rows: int) -> Iterator[str]:
    """Yield names until their rows are enough."""
    found = 0
    for name in order:
        if found >= rows:
            return
        found += many[name]
        yield name
