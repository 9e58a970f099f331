"""The command line as a user meets it: what it prints, how it fails, how it repeats."""

import fcntl
import io
import json
import os
import re
import signal
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline import file_imports, history, presence, schedule, store, tables
from pipeline.locks import working
from pipeline.store import Workspace
from pipeline.tally import Tally
from tests.conftest import PAYLOADS, ROOT, TAMROW, orchard, orchard_here

PRINTED = re.compile(r"^(read|stored|already had|not about brand|rejected) +(\d+)", re.MULTILINE)


def test_import_refresh_and_status_tell_what_there_is(tmp_path: Path):
    first = orchard(tmp_path, "import", str(PAYLOADS / "twcs.csv"), "--brand", "TamrowBuild")
    counts = {name: int(many) for name, many in PRINTED.findall(first.stdout)}
    assert counts == {"read": 8, "stored": 5, "already had": 0, "not about brand": 1, "rejected": 2}
    assert "1  not a date and time" in first.stdout
    refreshed = orchard(tmp_path, "refresh")
    assert refreshed.returncode == 0, refreshed.stderr
    status = json.loads(orchard(tmp_path, "status", "--json").stdout)
    assert {"touches": 5, "mentions": 3, "persons": 1, "scored": 3, "rejects": 2}.items() <= status.items()
    assert status["model"].startswith("orchard-minilm-") and status["last_refresh"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("import", "nowhere.csv", "--brand", "x"), "nowhere.csv: No such file or directory"),
        (("import", "README.md", "--brand", "x", "--format", "xls"), "--format xls: allowed are auto, twcs"),
        (("import", "README.md", "--brand", "x", "--map", "text=a"), "no column given for author, at"),
        (("import", "README.md", "--brand", "x"), "Name them with --map"),
        (
            ("import", "README.md", "--brand", "x", "--map", "text=a,author=b,at=c", "--format", "twcs"),
            "--map tells what the columns are, and so does --format twcs",
        ),
        (("import", "README.md", "--brand", " "), "--brand: it is empty"),
        (("import", "README.md", "--brand", "Br\udcfcnd"), "--brand Br\ufffdnd: a character of it is no text, or"),
        (("import", "README.md", "--brand", "x", "--source", "A:b c"), "--source A:b c: small letters, digits and _"),
        (("split", "foo", "bar", "--reason", "r", "--author", "me"), "no touch of 'foo'"),
        (("collect",), "brand.toml names no network: add [[sources]]"),
        (("schedule", "--every", "soon"), "give a number and s, m, h or d"),
        (("metrics", "\x1b[31mred\x07"), "error: metrics \ufffd[31mred\ufffd: unknown"),
        (("metrics", "person", "--json", "--csv"), "--json and --csv are two forms: give one of them"),
        (("relate", "--as-of", "9999-12-31"), "--as-of 9999-12-31: give a day from 1990 on"),
        (("publish",), "run relate or refresh first"),
    ],
)
def test_what_goes_wrong_is_said_in_one_message_and_the_exit_status(arguments, message: str, tmp_path: Path):
    done = orchard_here(tmp_path, *arguments)
    assert done.returncode == 1
    assert message in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_what_strangers_write_never_steers_the_terminal():
    name = "eve\x1b[31mRED\x1b]0;pwn\x07 \x9b2J\r\ttab\nline"
    told = io.StringIO()
    tables.show(pa.table({"name": [name]}), told)
    assert "eve\ufffd[31mRED\ufffd]0;pwn\ufffd \ufffd2J\ufffd" in told.getvalue()
    assert Tally(name, "s", notes=[name]).words().count("\ufffd") == 10
    lines = io.StringIO()
    tables.write_lines([{"name": name}], lines)
    assert json.loads(lines.getvalue()) == {"name": name}


def test_a_list_names_how_many_rows_there_are_and_is_cut_only_where_no_number_was_asked_for():
    table = pa.table({"n": range(60)})
    shown = {total: io.StringIO() for total in (None, 60, 75)}
    for total, told in shown.items():
        tables.show(table, told, total)
    last = {total: told.getvalue().splitlines()[-1] for total, told in shown.items()}
    assert last == {None: "50 of 60 rows", 60: "60 of 60 rows", 75: "60 of 75 rows"}
    assert (" 59 " in shown[75].getvalue(), " 59 " in shown[None].getvalue()) == (True, False)


def test_what_the_database_refuses_is_said_in_its_words(tmp_path: Path):
    file_imports.import_file(Workspace(tmp_path), PAYLOADS / "twcs.csv", TAMROW)
    with store.connect(Workspace(tmp_path).mentions) as con:
        con.execute("create view derived.entry as select 1")
    done = orchard_here(tmp_path, "relate")
    assert done.returncode == 1 and done.stderr.startswith("error: Catalog Error")
    assert "Traceback" not in done.stderr


def test_a_second_schedule_is_told_of_the_first_in_words(tmp_path: Path):
    told = r"a schedule runs in .* already: every 8s, since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$"
    with (
        presence.scheduled(Workspace(tmp_path), "8s"),
        pytest.raises(store.StoreError, match=told),
        presence.scheduled(Workspace(tmp_path), "1h"),
    ):
        pass


def test_a_lock_that_may_only_be_read_tells_who_has_it_and_cannot_be_taken(workspace: Workspace):
    workspace.lock.mkdir(parents=True)  # a folder cannot be opened for writing, not even by root
    with pytest.raises(store.StoreError, match=r"orchard\.lock cannot be written: Is a directory; see to it"):
        working(workspace, "import").__enter__()
    assert presence.read_worker(workspace) is None
    handle = os.open(workspace.lock, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    assert presence.read_worker(workspace) == "another process"
    os.close(handle)


def test_a_refresh_that_was_killed_is_not_called_running(workspace: Workspace):
    def told() -> str:
        return json.loads(orchard_here(workspace.folder, "status", "--json").stdout)["last_refresh_ended"]

    with working(workspace, "refresh"):
        history.save_run(workspace, "1", "refresh", store.now(), "running")
        assert told() == "running"
    assert told() == "cut off"


def test_a_brand_that_a_file_calls_otherwise_is_told_what_to_do(tmp_path: Path):
    arguments = ("import", str(PAYLOADS / "twcs.csv"), "--brand")
    assert "no row is about Tamrow: give --brand as" in orchard_here(tmp_path, *arguments, "Tamrow").stderr
    assert "no row" not in orchard_here(tmp_path, *arguments, "TamrowBuild").stderr


def test_wrong_settings_stop_every_command(tmp_path: Path):
    (tmp_path / "brand.toml").write_text("colour = 1")
    for command in (["status"], ["refresh"], ["import", str(PAYLOADS / "twcs.csv"), "--brand", "x"]):
        done = orchard_here(tmp_path, *command)
        assert done.returncode == 1 and "key colour: unknown" in " ".join(done.stderr.split())


def test_a_full_disk_loses_nothing_and_is_said(tmp_path: Path):
    limited = (
        "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000)); "
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "sys.argv = ['pipeline', *sys.argv[1:]]; runpy.run_module('pipeline', run_name='__main__')"
    )
    rows = "".join(f"a rather long text number {i} {'x' * 80},p{i},2025-01-02\n" for i in range(12000))
    file = tmp_path / "big.csv"
    file.write_text("Body,User,Date\n" + rows)
    arguments = ["import", str(file), "--brand", "x", "--map", "text=Body,author=User,at=Date"]
    place = tmp_path / "w"
    env = os.environ | {"ORCHARD_DATA": str(place)}
    done = subprocess.run(
        [sys.executable, "-c", limited, *arguments], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "mentions.duckdb cannot be read or written" in " ".join(done.stderr.split())
    again = orchard_here(place, *arguments)
    counts = {name: int(many) for name, many in PRINTED.findall(again.stdout)}
    assert counts["read"] == 12000 == counts["stored"] + counts["already had"]


def test_a_schedule_repeats_records_its_runs_and_stops_cleanly(tmp_path: Path):
    orchard_here(tmp_path, "import", str(PAYLOADS / "twcs.csv"), "--brand", "TamrowBuild")
    env = os.environ | {"ORCHARD_DATA": str(tmp_path)}
    command = [sys.executable, "-m", "pipeline", "schedule", "--every", "1s"]
    with subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        passes = (line for line in process.stderr if "relationships" in line)  # others say that a tick came too early
        assert len([*islice(passes, 3)]) == 3
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=180) == 0
    with store.connect(Workspace(tmp_path).mentions) as con:
        outcomes = con.execute("select outcome, count(*) from run group by 1").fetchall()
    assert [outcome for outcome, _ in outcomes] == ["done"] and outcomes[0][1] >= 3


def test_two_schedules_never_work_at_once(tmp_path: Path):
    place = Workspace(tmp_path)
    with working(place, "another refresh"):
        env = os.environ | {"ORCHARD_DATA": str(tmp_path)}
        command = [sys.executable, "-m", "pipeline", "schedule", "--every", "1s", "--wait", "1"]
        with subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr
            said = ""
            while "in use by" not in " ".join(said.split()):
                said += process.stderr.readline()
            said += process.stderr.readline()  # a narrow terminal breaks the line
            process.terminate()
            assert process.wait(timeout=180) == 0
    assert "in use by `another refresh`" in " ".join(said.split())


@pytest.mark.parametrize(("text", "seconds"), [("30s", 30), ("15m", 900), ("2h", 7200), ("1d", 86400)])
def test_intervals_are_read(text: str, seconds: int):
    assert schedule.to_seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "15", "0m", "1.5h", "m"])
def test_what_is_no_interval_is_refused(text: str):
    with pytest.raises(ValueError, match="give a number"):
        schedule.to_seconds(text)


@pytest.mark.parametrize("text", ["366d", "99999999999d", "9999999h"])
def test_an_interval_longer_than_a_year_is_refused(text: str):
    with pytest.raises(ValueError, match=f"--every '{text}': at most 365d"):
        schedule.to_seconds(text)


def test_demo_refuses_a_workspace_with_other_data(tmp_path: Path):
    orchard_here(tmp_path, "import", str(PAYLOADS / "twcs.csv"), "--brand", "TamrowBuild")
    done = orchard_here(tmp_path, "demo")
    assert done.returncode == 1 and "holds other data" in " ".join(done.stderr.split())


def test_the_manual_names_every_command():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    helped = subprocess.run(
        [sys.executable, "-m", "pipeline", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    commands = set(re.findall(r"^│ ([a-z][\w-]*) ", helped.stdout, re.MULTILINE))
    assert {"import", "refresh", "schedule", "status", "demo", "benchmark-import"} <= commands
    assert [name for name in commands if not re.search(rf"`{name}[ `]", readme)] == []
