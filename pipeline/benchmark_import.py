"""Measures what an import costs beside DuckDB's own reader of the same file, each in a process of its own."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipeline import file_imports
from pipeline.benchmark import TICK_S, clocked, peak_mib
from pipeline.store import Workspace, query, scratch
from pipeline.touch import Brand

MAP = {"id": "Id", "text": "Body", "author": "User", "at": "Date", "url": "Link"}
BRAND = Brand("tamrow", "Tamrow", ("Tamrow",))
BARE = {
    ".csv": "create table bare.t as from read_csv($path, all_varchar = true)",
    ".jsonl": "create table bare.t as from read_json($path)",
}
# Shape of a file -> (its name, how its columns are mapped).
SHAPES: dict[str, tuple[str, dict[str, str] | None]] = {
    "mapped": ("mapped.csv", MAP),
    "lines": ("mapped.jsonl", MAP),
    "twcs": ("twcs.csv", None),
    "orchard": ("orchard.jsonl", None),
}


def compare(rows: int, heard: Callable[[dict[str, Any]], None]) -> list[dict[str, Any]]:
    """Return what importing so many rows costs for each shape of file: seconds, those of all cores, and peak memory.

    ``ratio`` is how many times as long it takes as DuckDB's reader of this very file; ``csv_ratio`` as its read_csv of
    the same mentions in the plainest file, the first. ``heard`` hears of each shape at once.
    """
    found = list[dict[str, Any]]()
    for shape in SHAPES:
        with TemporaryDirectory() as folder:
            made, read, stored = (alone(step, shape, rows, folder) for step in STEPS)
        bare = {"ratio": read["bare_s"], "csv_ratio": (found[0] if found else read)["bare_s"]}
        ratios = {name: round(stored["import_s"] / max(seconds, TICK_S), 1) for name, seconds in bare.items()}
        found.append({"shape": shape, **made, **read, **stored, **ratios})
        heard(found[-1])
    return found


def alone(step: str, shape: str, rows: int, folder: str) -> dict[str, Any]:
    """Return the figures of one step, taken in a process of its own."""
    command = [sys.executable, "-m", "pipeline.benchmark_import", step, shape, str(rows), folder]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def make(shape: str, rows: int, folder: Path) -> dict[str, Any]:
    """Write a made-up file."""
    path = folder / SHAPES[shape][0]
    with scratch() as con:
        con.execute(query("generate_mentions"), {"rows": rows})
        con.execute(query(f"generate_{path.stem}"), {"path": str(path)})
    return {"file_mib": path.stat().st_size >> 20}


def read_bare(shape: str, rows: int, folder: Path) -> dict[str, Any]:
    """Let DuckDB read a file into a table of text without keys."""
    path = folder / SHAPES[shape][0]
    with scratch() as con:
        con.execute(f"attach '{folder}/bare.duckdb' as bare")
        before = time.process_time()
        seconds, _ = clocked(lambda: con.execute(BARE[path.suffix], {"path": str(path)}).execute("detach bare"))
    return {"bare_s": seconds, "bare_cpu_s": round(time.process_time() - before, 2)}


def store_all(shape: str, rows: int, folder: Path) -> dict[str, Any]:
    """Import a file into an empty workspace; raises ValueError where a row is lost."""
    name, mapping = SHAPES[shape]
    place = Workspace(folder / "workspace")
    before = time.process_time()
    seconds, counts = clocked(lambda: file_imports.import_file(place, folder / name, BRAND, mapping=mapping))
    if (counts.read, counts.stored + counts.not_about) != (rows, rows):
        raise ValueError(f"{rows} rows were written, and read as {counts}")
    cpu = round(time.process_time() - before, 2)
    figures = {"rows": rows, "import_s": seconds, "import_cpu_s": cpu, "rows_per_s": round(rows / max(seconds, TICK_S))}
    return {**figures, "peak_mib": peak_mib()}


STEPS = {"make": make, "read_bare": read_bare, "store_all": store_all}


if __name__ == "__main__":
    print(json.dumps(STEPS[sys.argv[1]](sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))))
