"""What becomes of a file, row by row, many rows at once and one by one."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pipeline import bulk, sources
from pipeline.bulk import Step
from pipeline.touch import Brand, Dates

Fate = tuple[int, str, Any]  # number of the row, what became of it, and its touch or reason


def fates(steps: Iterable[Step]) -> tuple[list[Fate], int, int]:
    """Return what became of the rows that were kept, how many were not about us, and how many there were."""
    found: list[Fate] = []
    not_about = rows = 0
    for step in steps:
        for touch in step.touches.to_pylist():
            found.append((touch["number"], "touch", touch | {"payload": json.loads(touch["payload"])}))
        found += [(reject.record.number, "reject", reject.reason) for reject in step.rejects]
        not_about += step.not_about
        rows += step.rows
        assert step.rows == step.touches.num_rows + len(step.rejects) + step.not_about
    return sorted(found, key=lambda fate: fate[:2]), not_about, rows


def both(
    path: Path, brand: Brand, wanted: str = "auto", mapping: Mapping[str, str] | None = None, dates: Dates = ""
) -> tuple[Any, Any]:
    """Return what becomes of a file many rows at once, and one by one."""
    name, records = sources.open_file(path, wanted, mapping, dates=dates)
    many = fates(bulk.read_steps(name, records, brand, mapping, "own"))
    return many, fates(bulk.slices(sources.to_touches(name, records, brand, mapping, "own")))
