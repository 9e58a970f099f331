"""A watched folder: files are taken in as they arrive, once, whole, and in spite of bad ones."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline import store, watch
from pipeline.commands_files import How, Stopped, import_, import_one, take, take_patiently
from pipeline.locks import working
from pipeline.sources.files import FileError
from pipeline.store import Workspace
from tests.conftest import PAYLOADS, ROOT, TAMROW

HEADER = "Body,User,Date\n"


class Watcher:
    """A running `import --watch`, with what it says on either output."""

    def __init__(self, place: Path, folder: Path, *arguments: str) -> None:
        command = [sys.executable, "-u", "-m", "pipeline", "import", "--watch", str(folder), "--brand", "TamrowBuild"]
        env = os.environ | {"ORCHARD_DATA": str(place), "COLUMNS": "300"}
        self.process = subprocess.Popen(
            [*command, *arguments], cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.lines: list[str] = []
        self.listener = threading.Thread(target=self.listen, daemon=True)
        self.listener.start()

    def listen(self) -> None:
        assert self.process.stdout
        self.lines.extend(iter(self.process.stdout.readline, ""))

    def says(self, words: str, seconds: float = 60) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            if any(words in line for line in [*self.lines]):
                return True
            time.sleep(0.05)
        return any(words in line for line in self.lines)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        status = self.process.wait(60)
        self.listener.join(60)
        return status


@contextmanager
def watching(place: Path, folder: Path, *arguments: str) -> Iterator[Watcher]:
    watcher = Watcher(place, folder, *arguments)
    try:
        assert watcher.says("watching"), watcher.lines
        yield watcher
    finally:
        watcher.process.kill()
        watcher.process.wait()
        watcher.listener.join(60)
        if watcher.process.stdout:
            watcher.process.stdout.close()


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def touches(place: Path) -> int:
    with store.connect(Workspace(place).mentions) as con:
        return int(con.execute("select count(*) from touch").fetchall()[0][0])


def test_files_are_taken_in_as_they_arrive_and_only_once(tmp_path: Path, inbox: Path):
    place = tmp_path / "w"
    shutil.copy(PAYLOADS / "fourcat.csv", inbox)
    with watching(place, inbox) as watcher:
        assert watcher.says("fourcat.csv: 5 stored of 6 (0 already had, 0 not about TamrowBuild, 1 rejected)")
        (inbox / "broken.csv").write_text("a,b\n1,2\n")
        assert watcher.says("broken.csv is not taken in:") and watcher.says("of no format that we know")
        shutil.copy(PAYLOADS / "sprout.csv", inbox)
        assert watcher.says("sprout.csv: 1 stored of 5 (1 already had")
        shutil.copy(PAYLOADS / "sprout.csv", inbox / os.fsdecode(b"cop\xe9.csv"))  # a name that is no text
        assert watcher.says("cop\ufffd.csv: imported before")
        assert watcher.stop() == 0 and watcher.says("stopped; what was taken in is stored")
    with watching(place, inbox) as watcher:
        assert watcher.says("sprout.csv: imported before") and watcher.says("fourcat.csv: imported before")
        assert watcher.stop(signal.SIGINT) == 0
    assert touches(place) == 6


def test_a_file_that_is_still_written_waits_until_it_is_whole(inbox: Path):
    stop, sizes = threading.Event(), list[int]()
    arrived = (path.stat().st_size for path in watch.arrivals(inbox, stop, settle=4))
    watcher = threading.Thread(target=lambda: sizes.extend(arrived), daemon=True)
    watcher.start()
    with (inbox / "slow.csv").open("w") as file:
        for _ in range(5):
            file.write("x" * 100)
            file.flush()
            time.sleep(1.2)  # longer than from one look to the next
    end = time.monotonic() + 60
    while not sizes and time.monotonic() < end:
        time.sleep(0.1)
    stop.set()
    watcher.join(60)
    assert sizes == [500] and not watcher.is_alive()


def test_a_workspace_in_use_is_waited_for(tmp_path: Path, inbox: Path):
    place = tmp_path / "w"
    with watching(place, inbox, "--wait", "0") as watcher:
        with working(Workspace(place), "another refresh"):
            shutil.copy(PAYLOADS / "fourcat.csv", inbox)
            assert watcher.says("fourcat.csv waits:") and watcher.says("in use by `another refresh`")
        assert watcher.says("fourcat.csv: 5 stored of 6")


def test_a_stop_in_the_middle_of_a_file_is_heard_and_the_next_start_goes_on(workspace: Workspace, inbox: Path):
    rows = "".join(f"a text of its own {number},p{number % 900},2025-01-02\n" for number in range(30_000))
    (inbox / "big.csv").write_text(HEADER + rows)
    how = How(workspace, TAMROW, "auto", {"text": "Body", "author": "User", "at": "Date"}, None, "file", False, 0)
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped):
        import_one(inbox / "big.csv", how, stop)
    assert touches(workspace.folder) < 30_000
    assert take(inbox / "big.csv", how, threading.Event()).startswith("big.csv: 30000 stored of 30000")
    assert take(inbox / "big.csv", how, threading.Event()) == "big.csv: imported before"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"folder": Path("nowhere")}, "--watch nowhere: no such folder"),
        ({}, "give either a file or --watch FOLDER"),
        ({"file": Path("-")}, "which a pipe cannot be: save it to a file first"),
        ({"folder": Path("docs"), "source": "mail"}, "--source mail names where the rows of a file with --map come"),
        ({"file": Path("README.md"), "direct_messages": True}, "README.md: --direct-messages are those of an archive"),
        (
            {"file": Path("docs"), "dates": "dmy"},
            "docs: not an archive of X: .*; --watch takes in the files of a folder",
        ),
        ({"file": PAYLOADS / "xarchive", "dates": "dmy"}, "the dates of an archive of X are in no doubt"),
        (
            {"file": Path("README.md"), "sheet": "Mail"},
            "README.md: --sheet names a sheet of a workbook, and this is none",
        ),
        ({"file": Path("README.md"), "dates": "ymd"}, "--dates ymd: allowed are dmy"),
        ({"file": Path("README.md"), "folder": Path("docs")}, "give either a file or --watch FOLDER"),
    ],
)
def test_what_cannot_be_watched_is_said(arguments: dict, message: str, workspace: Workspace, in_workspace):
    in_workspace(workspace)
    with pytest.raises(FileError, match=message):
        import_("x", **arguments)


def test_an_empty_file_is_said_to_be_empty_and_taken_once_it_is_not(tmp_path: Path, inbox: Path):
    (inbox / "late.csv").touch()
    with watching(tmp_path / "w", inbox) as watcher:
        assert watcher.says("late.csv is not taken in:") and watcher.says("empty")
        shutil.copy(PAYLOADS / "fourcat.csv", inbox / "late.csv")
        assert watcher.says("late.csv: 5 stored of 6")


def test_hidden_and_unfinished_files_are_left_alone(inbox: Path):
    for name in (".hidden.csv", "~$open.csv", "a.csv.part", "B.CSV.PART", "b.crdownload", "c.csv"):
        (inbox / name).write_text("a")
    (inbox / "folder").mkdir()
    (inbox / "gone.csv").symlink_to("nowhere")
    assert [path.name for path, _ in watch.look(inbox)] == ["c.csv"]


def test_an_entry_that_cannot_be_looked_at_is_said_once_and_ends_nothing(
    inbox: Path, workspace: Workspace, capsys: pytest.CaptureFixture
):
    (inbox / "loop.csv").symlink_to("loop.csv")
    assert watch.look(inbox) == [(inbox / "loop.csv", watch.UNKNOWN)]
    how = How(workspace, TAMROW, "auto", None, None, "file", False, 0)
    take_patiently(inbox / "loop.csv", how, threading.Event())
    assert "loop.csv is not taken in: " in capsys.readouterr().err
