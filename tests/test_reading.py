"""A workspace that may be read but not written: what only reads it works, what must write says so."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipeline import contents, journal, journal_changes, journal_reads, store
from pipeline.store import StoreError, Workspace
from tests.conftest import ROOT
from tests.test_store import cursor, said, save_outcomes

NOBODY = 65534


@contextmanager
def as_reader(place: Workspace) -> Iterator[None]:
    """Take away the right to write in a workspace; root has it always, and is somebody else meanwhile."""
    for path in place.folder.iterdir():
        path.chmod(0o444)
    place.folder.chmod(0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        if not os.access(ROOT / "pipeline" / "sql" / "status.sql", os.R_OK, effective_ids=True):
            pytest.skip("the project itself can be read by root alone")
        yield
    finally:
        if root:
            os.seteuid(0)
        place.folder.chmod(0o755)


@pytest.fixture
def place() -> Iterator[Workspace]:
    """A workspace with a touch and a note, in a folder that everybody can reach."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    workspace = Workspace(folder)
    save_outcomes(workspace, [said(1)], [], cursor(1))
    journal.save_note(workspace, "tamrow", "x:ana", "mornings", "Mo")
    yield workspace
    shutil.rmtree(folder)


def answers(place: Workspace) -> list[object]:
    return [
        contents.read_status(place, "m"),
        contents.read_rejects(place, 9).num_rows,
        contents.read_brands(place),
        journal_reads.read_notes(place, "tamrow"),
        journal_changes.read_changes(place),
        journal_changes.count_changes(place),
    ]


def test_it_is_read_where_it_may_not_be_written_and_stays_as_it_is(place: Workspace):
    before = answers(place)
    files = {path.name: path.read_bytes() for path in place.folder.iterdir()}
    with as_reader(place):
        assert answers(place) == before
        with pytest.raises(StoreError, match=r"journal\.duckdb cannot be read or written: .*Permission denied"):
            journal.save_note(place, "tamrow", "x:ana", "no", "Mo")
    assert {path.name: path.read_bytes() for path in place.folder.iterdir()} == files


def test_what_a_crash_left_to_be_replayed_is_read_too(place: Workspace):
    with store.connect(place.journal) as con:
        con.execute("set checkpoint_threshold = '1 GB'")
        con.execute("pragma disable_checkpoint_on_shutdown")
        con.execute("insert into note by name select * replace ('later' as row_id, 'n' as note_id) from note")
    assert place.journal.with_name("journal.duckdb.wal").exists()
    with as_reader(place):
        assert len(journal_reads.read_notes(place, "tamrow")) == 2


def test_a_file_of_an_earlier_orchard_that_may_not_be_written_says_what_to_do(place: Workspace):
    with duckdb.connect(place.journal) as con:
        con.execute("delete from migration where number = 5")
    with (
        as_reader(place),
        pytest.raises(StoreError, match=r"journal\.duckdb was written by an earlier Orchard"),
    ):
        journal_reads.read_notes(place, "tamrow")
    with duckdb.connect(place.mentions) as con:
        con.execute("insert into migration values (999, 'x', $1)", [datetime(2025, 1, 1)])
    with as_reader(place), pytest.raises(StoreError, match="written by a newer Orchard"):
        contents.read_brands(place)
