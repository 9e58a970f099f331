"""What people typed in the sample's story, written once into an empty journal."""

import tomllib
from datetime import datetime, time
from pathlib import Path
from typing import Any

from pipeline import journal, journal_changes, labels
from pipeline.store import Workspace


def write_journal(workspace: Workspace, file: Path, brand: str) -> int:
    """Write the sample's fruit, notes, promises, annotations and tags; return how many, 0 where something is there."""
    if workspace.journal.exists() and journal_changes.read_changes(workspace, many=1):
        return 0
    typed = tomllib.loads(file.read_text(encoding="utf-8"))
    for fruit in typed["fruit"]:
        journal.save_fruit(workspace, to_fruit(fruit, brand))
    for note in typed["notes"]:
        journal.save_note(workspace, brand, note["account"], note["text"], note["author"])
    for each in typed["promises"]:
        journal.save_promise(workspace, brand, each["account"], each["text"], each["due"], each["author"])
    for each in typed["annotations"]:
        journal.save_annotation(workspace, brand, each["on"], each["text"], each["author"])
    for tag in typed["tags"]:
        journal.save_members(workspace, tag["accounts"], "list", tag["name"], True, tag["author"])
    return sum(len(rows) for rows in typed.values())


def write_labels(workspace: Workspace, folder: Path, author: str) -> int:
    """Write what a team that had drawn mentions by chance would have said of them; return how many.

    A file labels-BRAND.csv is what `draw` gave, with the label that the authors of the sample meant.
    """
    many = 0
    for file in sorted(folder.glob("labels-*.csv")):
        said = labels.to_rows(labels.read(file), file.stem.removeprefix("labels-"))
        many += journal.save_labels(workspace, said, author, drawn=True).new
    return many


def to_fruit(fruit: dict[str, Any], brand: str) -> dict[str, Any]:
    """Return a fruit of the file as the journal takes it; a day stands for its noon."""
    moment = datetime.combine(fruit["on"], time(12))
    return {
        "brand": brand,
        "account_id": fruit["account"],
        "kind": fruit["kind"],
        "happened_at": moment,
        "text": fruit["text"],
        "author": fruit["author"],
        "value": fruit.get("value"),
        "for_account": fruit.get("brought"),
    }
