"""Measures what relate and publish cost as a workspace grows, each size in a process of its own."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipeline.publish import ModelFacts, publish, relate
from pipeline.settings import Settings
from pipeline.store import Workspace, connect, query, transaction

SIZES = (10_000, 100_000, 1_000_000)
TICK_S = 0.01  # what seconds are rounded to: the little that takes less is told as 0


def compare(sizes: Sequence[int], heard: Callable[[dict[str, Any]], None]) -> list[dict[str, Any]]:
    """Return what each number of touches costs: seconds, and peak memory in MiB; ``heard`` hears each at once."""
    found = []
    for size in sizes:
        done = subprocess.run(
            [sys.executable, "-m", "pipeline.benchmark", str(size)], capture_output=True, text=True, check=True
        )
        found.append(json.loads(done.stdout))
        heard(found[-1])
    return found


def measure(touches: int) -> dict[str, Any]:
    """Make a workspace of so many touches, and measure one pass over it in this process."""
    with TemporaryDirectory() as folder:
        place = Workspace(Path(folder))
        generate(place, touches)
        settings, figures = Settings(), dict[str, Any]()
        figures["relate_s"], figures["relationships"] = clocked(
            lambda: relate(place, settings, ModelFacts("generated"))
        )
        figures["publish_s"], _ = clocked(lambda: publish(place))
    return {"touches": touches, **figures, "peak_mib": peak_mib()}


def generate(workspace: Workspace, touches: int) -> None:
    """Fill a new workspace with made-up touches and scores, for measuring."""
    with connect(workspace.mentions) as con, transaction(con):
        for statement in con.extract_statements(query("generate")):
            con.execute(statement, {"touches": touches} if statement.named_parameters else None)


def clocked(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return (seconds, result) of some work."""
    started = time.perf_counter()
    result = work()
    return round(time.perf_counter() - started, 2), result


def peak_mib() -> int | None:
    """Return the most memory that this process ever held; None on systems that do not tell."""
    try:
        import resource
    except ImportError:
        return None
    kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(kib / (1024 * 1024 if sys.platform == "darwin" else 1024))


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
