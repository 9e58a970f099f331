"""kill -9 at random moments, and readers during every refresh: nothing lost, nothing twice, always readable."""

import os
import random
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from models.catalog import card
from pipeline import readings, reads, run, settings, store
from pipeline.locks import working
from pipeline.publish import ModelFacts
from pipeline.store import Workspace
from tests.conftest import ROOT, orchard, orchard_here

ROWS = 12_000  # a process that is killed among its scores saves some 1,500: ten of them find work
MANY = 700_000  # several chunks of an import
MAP = "text=Body,author=User,at=Date"


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return write(tmp_path / "export.csv", ROWS)


def write(file: Path, rows: int) -> Path:
    lines = (f"is it {i} or {i % 977} ok,person{i % 1500},2025-{1 + i % 12:02}-{1 + i % 28:02}\n" for i in range(rows))
    file.write_text("Body,User,Date\n" + "".join(lines))
    return file


def start(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "pipeline", *arguments]
    env = os.environ | {"ORCHARD_DATA": str(folder)}
    return subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def killed(folder: Path, after: float, *arguments: str) -> bool:
    """Run a command, kill -9 it after so many seconds; return whether it was still at work."""
    process = start(folder, *arguments)
    time.sleep(after)
    alive = process.poll() is None
    process.kill()
    process.wait()
    return alive


def killed_after_saves(place: Workspace, saves: int, after: float, *arguments: str) -> bool:
    """Run a command, kill -9 it so many seconds after its so many changes of the mentions; return as `killed` does.

    The command holds no connection while a model runs, so that each change of the file is one saved chunk.
    """
    process = start(place.folder, *arguments)
    changed = place.mentions.stat().st_mtime_ns
    while saves and process.poll() is None:
        time.sleep(0.01)
        now = place.mentions.stat().st_mtime_ns
        saves, changed = saves - (now != changed), now
    time.sleep(after)
    alive = process.poll() is None
    process.kill()
    process.wait()
    return alive


def seconds(folder: Path, *arguments: str) -> float:
    """Run a command to its end; return how long it took."""
    started = time.monotonic()
    assert orchard(folder, *arguments).returncode == 0
    return time.monotonic() - started


def touches_shown(place: Workspace) -> int:
    con = store.open_published(place.published)
    shown = int(reads.frame(con, "brands")["touches"].sum())
    con.close()
    return shown


def count(place: Workspace, question: str) -> int:
    with store.connect(place.mentions) as con:
        return int(con.execute(question).fetchall()[0][0])


def small_first(export: Path, tmp_path: Path, place: Workspace) -> None:
    """Publish a few rows, so that there is a dashboard to keep readable."""
    first = tmp_path / "first.csv"
    first.write_text("".join(export.read_text().splitlines(keepends=True)[:51]))
    assert orchard_here(place.folder, "import", str(first), "--brand", "b", "--map", MAP).returncode == 0
    assert orchard_here(place.folder, "refresh").returncode == 0


def test_an_import_killed_at_ten_random_moments_keeps_whole_chunks_and_is_simply_run_again(tmp_path: Path):
    place = Workspace(tmp_path / "workspace")
    importing = ("import", str(write(tmp_path / "export.csv", MANY)), "--brand", "b", "--map", MAP)
    chance = random.Random(20261124)
    start_up = seconds(tmp_path / "other", "status")
    work = seconds(tmp_path / "other", *importing) - start_up  # on this machine, so that most kills come in its midst
    hit, seen = 0, [0]
    for _ in range(10):
        left = work * (1 - seen[-1] / MANY)
        hit += killed(place.folder, start_up + chance.uniform(0.2, 0.7) * left, *importing)
        stored = count(place, "select count(*) from touch")
        assert stored == count(place, "select count(*) from raw")
        assert stored == count(place, "select coalesce(max(rows_read), 0) from import") >= seen[-1]
        seen.append(stored)
    assert hit >= 2 and set(seen) - {0, MANY}, f"no kill came between two chunks: {hit} {seen}"
    assert orchard_here(place.folder, *importing).returncode == 0
    assert count(place, "select count(*) from touch") == MANY == count(place, "select count(*) from raw")
    assert count(place, "select count(*) from import where finished and rows_read = rows_stored") == 1


def test_kill_at_twenty_random_moments_loses_nothing_and_doubles_nothing(export: Path, tmp_path: Path):
    place = Workspace(tmp_path / "workspace")
    chance = random.Random(20261123)
    small_first(export, tmp_path, place)
    hit = {"score": 0, "publish": 0}
    assert orchard_here(place.folder, "import", str(export), "--brand", "b", "--map", MAP).returncode == 0
    assert count(place, "select count(*) from touch") == ROWS

    scored = 50
    for _ in range(10):
        hit["score"] += killed_after_saves(place, chance.randrange(4), chance.uniform(0, 1), "score")
        now = count(place, "select count(*) from score")
        assert now >= scored
        scored = now
        assert touches_shown(place) == 50
    assert scored > 50, "no kill came after the first saved chunk: the test tests nothing"
    assert orchard_here(place.folder, "score").returncode == 0
    assert orchard_here(place.folder, "relate").returncode == 0

    started = time.monotonic()
    assert orchard(place.folder, "publish").returncode == 0
    whole = time.monotonic() - started  # how long it takes on this machine, so that most kills come in its midst
    for _ in range(10):
        hit["publish"] += killed(place.folder, chance.uniform(0.3, 0.9) * whole, "publish")
        assert touches_shown(place) == ROWS
    assert orchard_here(place.folder, "refresh").returncode == 0

    assert touches_shown(place) == ROWS
    assert count(place, "select count(*) from (select distinct touch_id, brand from touch)") == ROWS
    assert count(place, "select count(*) from score") == ROWS == count(place, "select count(*) from mention")
    assert count(place, "select count(*) from reject") == 0
    assert sorted(f.name for f in place.folder.glob("published*")) == ["published.duckdb"]
    assert min(hit.values()) >= 2 and sum(hit.values()) >= 7, f"too few kills met a working process: {hit}"


READER = """
    import sys, time
    from pathlib import Path
    from pipeline import reads, store
    path, stop = Path(sys.argv[1]), Path(sys.argv[2])
    seen, looks = set(), 0
    while not stop.exists():
        con = store.open_published(path)
        shown = reads.frame(con, "brands")["touches"].sum()
        people = len(reads.frame(con, "relationships", brand="b", search="", sources=[], stages=[], tags=[], typed=[],
                                 list="everybody", touches=1, sort="warmest", many=50, skip=0))
        assert people == 50, people
        if not looks:
            print("reading", flush=True)
        seen.add(int(shown)); looks += 1
        con.close()
        time.sleep(0.3)  # as one page after the other: without a pause the readers alone would fill all cores
    print(looks, sorted(seen))
"""


def test_two_dashboards_read_in_a_loop_while_refresh_runs_twenty_times(
    export: Path, tmp_path: Path, model: readings.Model
):
    place = Workspace(tmp_path / "workspace")
    rows = export.read_text().splitlines(keepends=True)
    inbox = place.folder / "inbox"
    inbox.mkdir(parents=True)
    source = (
        '[[sources]]\ntype = "file"\npath = "inbox/*.csv"\nbrand = "b"\nmap = {text="Body",author="User",at="Date"}\n'
    )
    (place.folder / "brand.toml").write_text(source)
    (inbox / "00.csv").write_text("".join(rows[:1001]))
    chosen = settings.load(place.folder)

    def refresh() -> None:
        with working(place, "refresh"):
            run.refresh(place, chosen, lambda: model, lambda: ModelFacts(model.version, card()))

    refresh()
    stop = tmp_path / "stop"
    command = [sys.executable, "-c", textwrap.dedent(READER), str(place.published), str(stop)]
    readers = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    for reader in readers:
        assert reader.stdout and reader.stdout.readline() == "reading\n"
    for n in range(1, 21):
        if n % 5 == 0:
            (inbox / f"{n:02}.csv").write_text(rows[0] + "".join(rows[1000 + n : 1000 + n + 5]))
        refresh()
    stop.touch()
    for reader in readers:
        out, err = reader.communicate(timeout=60)
        assert reader.returncode == 0, err
        looks, seen = out.split(maxsplit=1)
        assert int(looks) > 20
        assert len(eval(seen)) >= 3, f"the reader never saw a new file: {seen}"
