"""What people say that mentions mean: drawn for labelling, and taken back in from a file."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

LABELS = ("negative", "neutral", "positive")
COLUMNS = ("id", "label")


class LabelError(ValueError):
    """A file of labels cannot be taken as it is; the message names file and row."""


@dataclass(frozen=True)
class Label:
    """What a person says that one mention means, or None to take an earlier word back."""

    touch_id: str
    label: str | None


def read(path: Path) -> list[Label]:
    """Return the labels of a CSV with the columns id and label; rows without a label are not yet decided, and left out.

    ``withdraw`` takes an earlier label back. Raises LabelError naming file and row.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        missing = set(COLUMNS) - set(rows.fieldnames or ())
        if missing:
            raise LabelError(
                f"{path}: no column {', '.join(sorted(missing))}; it has {', '.join(rows.fieldnames or ())}"
            )
        return list(decided(path, rows))


def decided(path: Path, rows: "csv.DictReader[str]") -> Iterator[Label]:
    """Yield the rows that say something."""
    for number, row in enumerate(rows, 2):
        label = (row["label"] or "").strip().lower()
        if label in LABELS or label == "withdraw":
            yield Label(row["id"].strip().removeprefix("'"), label if label in LABELS else None)
        elif label:
            raise LabelError(
                f"{path}, row {number}: label {row['label']!r}; allowed: {', '.join(LABELS)}, withdraw, or empty"
            )


def to_rows(labels: Sequence[Label], brand: str) -> list[dict[str, str | None]]:
    """Return labels as rows of the journal."""
    return [{"brand": brand, "touch_id": each.touch_id, "label": each.label} for each in labels]
