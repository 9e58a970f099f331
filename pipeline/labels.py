"""What people say that mentions mean: drawn for labelling, and taken back in from a file."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.sources.encodings import find_encoding
from pipeline.sources.files import FileError, Table, check_once, find_table, first_header, text_of

LABELS = ("negative", "neutral", "positive")
COLUMNS = frozenset({"id", "label"})


class LabelError(ValueError):
    """A file of labels cannot be taken as it is; the message names file and row."""


@dataclass(frozen=True)
class Label:
    """What a person says that one mention means, or None to take an earlier word back."""

    touch_id: str
    label: str | None


def read(path: Path) -> list[Label]:
    """Return the labels of a CSV with the columns id and label; rows without a label are not yet decided, and left out.

    ``withdraw`` takes an earlier label back. Encoding and delimiter are found out, as a spreadsheet saves them.
    Raises LabelError naming file and row.
    """
    encoding = find_encoding(path)
    table = find_table(path, encoding, COLUMNS.issubset)
    if table is None:
        header = [column.strip() for column in first_header(path, encoding)]
        missing = ", ".join(sorted(COLUMNS.difference(header)))
        raise LabelError(f"{path}: no column {missing}; it has {', '.join(header)}")
    try:
        check_once(table, COLUMNS)
    except FileError as error:
        raise LabelError(str(error)) from error
    return list(once_each(path, decided(table)))


def decided(table: Table) -> Iterator[tuple[int, Label]]:
    """Yield (row in the file, label) of the rows that say something."""
    for record in table:
        row = table.header_row + record.number
        label = text_of(record, "label").lower()
        touch_id = text_of(record, "id").removeprefix("'")
        if record.problem:
            raise LabelError(f"{table.path}, row {row}: {record.problem}")
        if label and label not in (*LABELS, "withdraw"):
            said = record.values["label"]
            raise LabelError(
                f"{table.path}, row {row}: label {said!r}; allowed: {', '.join(LABELS)}, withdraw, or empty"
            )
        if label and not touch_id:
            raise LabelError(f"{table.path}, row {row}: no id")
        if label:
            yield row, Label(touch_id, label if label in LABELS else None)


def once_each(path: Path, found: Iterable[tuple[int, Label]]) -> Iterator[Label]:
    """Yield every label once. Raises LabelError naming both rows where they say two things of one mention."""
    first: dict[str, tuple[int, Label]] = {}
    for row, label in found:
        if label.touch_id not in first:
            first[label.touch_id] = row, label
            yield label
        elif first[label.touch_id][1] != label:
            raise LabelError(f"{path}, rows {first[label.touch_id][0]} and {row}: two labels for {label.touch_id}")


def to_rows(labels: Sequence[Label], brand: str) -> list[dict[str, str | None]]:
    """Return labels as rows of the journal."""
    return [{"brand": brand, "touch_id": each.touch_id, "label": each.label} for each in labels]
