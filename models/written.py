"""Messages that we wrote ourselves for the model to learn from, with what each says toward whom."""

import csv
from dataclasses import dataclass
from pathlib import Path

from models.catalog import LABELS
from models.data import Labelled

FOLDER = Path(__file__).parent / "written"
COLUMNS = ("label", "tone", "target", "text")
MIXED = "mixed"  # the tone of a text whose feelings toward two brands are of different kinds
BLOCK = 30  # rows that were written one after the other and resemble each other: all of them are held out, or none
HELD_OUT = 10  # one block of a file in so many is not learned from,
FIRST = 4  # the fifth, the fifteenth, ...: files may be added and go on without a change to what is held out


@dataclass(frozen=True)
class Message:
    """A text, its tone as a position in LABELS (None: mixed), and its label toward each target.

    A target is a name or handle as it stands in the text; it is empty where the brand is spoken to without a name.
    ``held_out`` is not learned from.
    """

    text: str
    tone: int | None
    toward: tuple[tuple[str, int], ...]
    held_out: bool


def read(folder: Path = FOLDER) -> list[Message]:
    """Return the messages of all TSV files of a folder, those with several targets once.

    Raises ValueError naming the file, and the row that is wrong.
    """
    found: dict[str, Message] = {}
    for file in sorted(folder.glob("*.tsv")):
        with file.open(encoding="utf-8", newline="") as lines:
            rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            if set(rows.fieldnames or ()) != set(COLUMNS):
                raise ValueError(f"{file}: its columns must be {', '.join(COLUMNS)}")
            for number, row in enumerate(rows, 2):
                held_out = (number - 2) // BLOCK % HELD_OUT == FIRST
                message = to_message(row, f"{file}, row {number}", held_out)
                found[message.text] = joined(found[message.text], message) if message.text in found else message
    if not found:
        raise ValueError(f"{folder}: no messages")
    return list(found.values())


def joined(one: Message, other: Message) -> Message:
    """Return two rows of the same text as one message."""
    return Message(one.text, one.tone, (*one.toward, *other.toward), one.held_out or other.held_out)


def to_message(row: dict[str, str | None], place: str, held_out: bool) -> Message:
    """Return one row as a message toward one target; raises ValueError where something is wrong with it."""
    label, tone, target, text = (row[column] for column in COLUMNS)
    if label not in LABELS or tone not in (*LABELS, MIXED):
        raise ValueError(f"{place}: label {label!r} or tone {tone!r} is none of {', '.join(LABELS)} (tone: or {MIXED})")
    if not text or target is None or target not in text:
        raise ValueError(f"{place}: the target {target!r} does not stand in the text")
    return Message(text, None if tone == MIXED else LABELS.index(tone), ((target, LABELS.index(label)),), held_out)


def split(messages: list[Message]) -> tuple[list[Message], list[Message]]:
    """Return (those to learn from, those held out)."""
    return [each for each in messages if not each.held_out], [each for each in messages if each.held_out]


def to_rows(messages: list[Message]) -> Labelled:
    """Return messages as rows of one target each."""
    rows = [(message.text, target, label) for message in messages for target, label in message.toward]
    return Labelled([text for text, _, _ in rows], [label for _, _, label in rows], [target for _, target, _ in rows])
