"""The store: migrations, transactions, locks, and a published file that is always whole."""

import fcntl
import json
import shutil
import subprocess
import sys
import textwrap
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipeline import (
    ended,
    file_imports,
    identity,
    journal,
    journal_reads,
    publish,
    readings,
    reads,
    rules,
    run,
    settings,
    store,
)
from pipeline.contents import read_brands, read_status
from pipeline.file_cursors import FileCursor
from pipeline.history import recorded, save_run
from pipeline.locks import working
from pipeline.publish import ModelFacts
from pipeline.rules import Rule
from pipeline.scores import Reading, count_unscored, read_unscored, save_scores
from pipeline.store import StoreError, Workspace
from pipeline.touch import Account, Brand, Mapped, Record, Touch
from pipeline.turns import turn
from tests.conftest import PAYLOADS, ROOT, TAMROW
from tests.worlds import save_outcomes

SCHEMA = ROOT / "pipeline" / "schema"


def said(number: int, text: str = "fine", brand: str = "tamrow", person: str = "ana") -> Mapped:
    """Return one inbound touch."""
    account = Account(f"x:{person}", "x", person, person)
    at = datetime(2025, 1, 1 + number % 28)
    return Mapped(Record(number, {"n": number}), Touch(f"x:{number}", "x", brand, account, "in", "mention", at, text))


def cursor(rows: int, finished: bool = True) -> FileCursor:
    return FileCursor("file.csv", "digest", Brand("tamrow", "Tamrow"), "mapped", rows, finished)


def schema_of(con: duckdb.DuckDBPyConnection) -> list[tuple]:
    return con.execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns() where not internal order by all"
    ).fetchall()


@pytest.mark.parametrize("name", ["mentions", "journal"])
def test_migrations_lead_from_blank_and_from_every_earlier_state_to_the_same_schema(name: str, tmp_path: Path):
    steps = sorted((SCHEMA / name).glob("*.sql"))
    found = []
    for already in range(len(steps) + 1):
        part = tmp_path / f"{already}"
        part.mkdir()
        for step in steps[:already]:
            shutil.copy(step, part)
        with duckdb.connect(tmp_path / f"{already}.duckdb") as con:
            store.migrate(con, part)
            store.migrate(con, SCHEMA / name)
            store.migrate(con, SCHEMA / name)
            found.append(schema_of(con))
            assert [n for (n,) in con.execute("select number from migration order by 1").fetchall()] == [
                int(step.name[:3]) for step in steps
            ]
    assert found[0] and all(schema == found[0] for schema in found)


def test_a_step_that_fails_leaves_neither_table_nor_record(tmp_path: Path):
    (tmp_path / "001_bad.sql").write_text("create table half (a int); create table half (a int);")
    with duckdb.connect() as con:
        with pytest.raises(duckdb.CatalogException):
            store.migrate(con, tmp_path)
        assert con.execute("select count(*) from migration").fetchall() == [(0,)]
        assert "half" not in {row[1] for row in schema_of(con)}


def test_a_workspace_of_a_newer_orchard_is_refused(workspace: Workspace):
    with store.connect(workspace.mentions) as con:
        con.execute("insert into migration values (999, 'later', now()::timestamp)")
    with pytest.raises(StoreError, match="newer Orchard"), store.connect(workspace.mentions):
        pass


def test_rows_and_cursor_are_saved_together_or_not_at_all(workspace: Workspace):
    save_outcomes(workspace, [said(1)], [], cursor(1))
    broken = Mapped(Record(2, {}), Touch("x:2", "x", "tamrow", None, "sideways", "mention", datetime(2025, 1, 1)))  # type: ignore[arg-type]
    with pytest.raises(duckdb.ConstraintException):
        save_outcomes(workspace, [said(3), broken], [], cursor(3))
    with store.connect(workspace.mentions) as con:
        assert con.execute("select touch_id from touch").fetchall() == [("x:1",)]
        assert con.execute("select rows_read from import").fetchall() == [(1,)]


@pytest.mark.parametrize("name", ["mentions", "journal"])
def test_a_file_of_no_bytes_is_made_anew_unless_another_process_is_making_it(name: str, workspace: Workspace):
    file = workspace.folder / f"{name}.duckdb"
    workspace.folder.mkdir()
    file.touch()
    code = "import fcntl, sys; f = open(sys.argv[1], 'r+b'); fcntl.lockf(f, fcntl.LOCK_EX); print(flush=True); input()"
    command = [sys.executable, "-c", code, str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout and other.stdout.readline() == "\n"
        assert not store.remove_empty(file) and file.exists()
        other.communicate("\n")
    with store.connect(file) as con:
        assert con.execute("select count(*) > 0 from migration").fetchall() == [(True,)]
    file.write_bytes(b"damaged" * 1000)
    with pytest.raises(StoreError, match=rf"{name}\.duckdb cannot be read or written"), store.connect(file):
        pass


def test_a_record_that_cannot_be_kept_does_not_hide_why_a_run_failed(workspace: Workspace):
    (workspace.folder / "last_run.json").mkdir(parents=True)
    with pytest.raises(ValueError, match="why it failed"), recorded(workspace, "refresh"):
        raise ValueError("why it failed")
    with pytest.raises(StoreError, match=r"last_run\.json cannot be written: Is a directory; see to"):
        save_run(workspace, "1", "refresh", store.now(), "done")


def test_what_goes_in_comes_out_value_by_value(workspace: Workspace):
    many = [said(n, f"text {n} “é” 🙂", person=f"p{n % 7}") for n in range(5000)]
    assert save_outcomes(workspace, many, [], cursor(5000)) == (5000, [])
    with store.connect(workspace.mentions) as con:
        rows = con.execute("select touch_id, account_id, happened_at, text from touch").fetchall()
        payloads = con.execute("select touch_id, payload->>'n' from raw").fetchall()
    assert sorted(rows) == sorted((m.touch.id, m.touch.account.id, m.touch.at, m.touch.text) for m in many)
    assert sorted(payloads) == sorted((m.touch.id, str(m.record.number)) for m in many)


def test_one_message_about_two_brands_is_two_touches(workspace: Workspace):
    assert save_outcomes(workspace, [said(1), said(1, brand="quillstone")], [], cursor(2)) == (2, [])


def test_a_row_with_the_id_of_another_message_is_kept_as_a_reject(tmp_path: Path, workspace: Workspace):
    mapping = {"text": "T", "author": "A", "at": "D", "id": "N"}
    for name, text in (("first", "lovely"), ("second", "awful")):
        (tmp_path / f"{name}.csv").write_text(f"N,T,A,D\n1,{text},ana,2025-01-02\n")
    brand = Brand("b", "B")
    assert file_imports.import_file(workspace, tmp_path / "first.csv", brand, mapping=mapping).stored == 1
    counts = file_imports.import_file(workspace, tmp_path / "second.csv", brand, mapping=mapping)
    assert (counts.stored, counts.already, sum(counts.rejected.values())) == (0, 0, 1)
    assert (
        file_imports.import_file(workspace, tmp_path / "second.csv", brand, mapping=mapping, source="reviews").stored
        == 1
    )


def test_half_a_character_does_not_stop_an_import(workspace: Workspace):
    assert save_outcomes(workspace, [said(1, "cut off \ud83d")], [], cursor(1)) == (1, [])
    with store.connect(workspace.mentions) as con:
        assert con.execute("select text from touch").fetchall() == [("cut off \ufffd",)]


def test_a_file_that_cannot_be_read_or_a_backup_that_cannot_be_made_does_not_keep_the_rest_waiting(
    workspace: Workspace,
):
    inbox = workspace.folder / "inbox"
    inbox.mkdir(parents=True)
    (inbox / "a.csv").write_bytes(b"")
    shutil.copy(PAYLOADS / "twcs.csv", inbox / "b.csv")
    chosen = settings.Settings(
        sources=[{"type": "file", "path": "inbox/*.csv", "brand": "TamrowBuild"}],  # type: ignore[list-item]
        backup={"folder": "inbox/a.csv"},  # type: ignore[arg-type]
    )
    with pytest.raises(
        run.CollectError, match=r"a\.csv: the file is empty\nno backup .*cannot be written: File exists"
    ) as failed:
        refresh(workspace, chosen)
    assert any("b.csv" in line for line in failed.value.done) and "3 mentions read" in failed.value.done
    con = store.open_published(workspace.published)
    assert reads.frame(con, "brands")["touches"].tolist() == [5]
    found = read_status(workspace, "m")
    assert found["last_refresh"] and found["last_refresh_ended"] == "failed"
    assert "no backup was made" in (ended.read(workspace) or {})["detail"]


def test_equal_texts_are_read_once_and_later_twins_take_over_the_score(workspace: Workspace):
    save_outcomes(workspace, [said(1, "good"), said(2, "good"), said(3, "bad")], [], cursor(3))
    assert read_unscored(workspace, "m", 10) == {"tamrow": ["bad", "good"]}
    assert save_scores(workspace, "m", "tamrow", [Reading("good", 0.1, 0.2, 0.7)]) == 2
    assert read_unscored(workspace, "m", 10) == {"tamrow": ["bad"]}
    save_outcomes(workspace, [said(4, "good")], [], cursor(4))
    assert count_unscored(workspace, "m") == 1
    assert read_unscored(workspace, "another model", 10) == {"tamrow": ["bad", "good"]}


HOLD = """
    import sys, time
    from pathlib import Path
    from pipeline.locks import working
    from pipeline.store import Workspace
    with working(Workspace(Path(sys.argv[1])), "a long refresh"):
        print("held", flush=True)
        time.sleep(60)
"""


def test_the_lock_says_who_holds_it_and_a_killed_holder_frees_it(workspace: Workspace):
    code = textwrap.dedent(HOLD)
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(workspace.folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout and holder.stdout.readline() == "held\n"
        with (
            pytest.raises(StoreError, match=rf"`a long refresh` \(process {holder.pid}, since"),
            working(workspace, "x"),
        ):
            pass
        holder.kill()
        holder.wait()
    with working(workspace, "x", wait=5):
        assert workspace.lock.exists()


def test_a_file_that_stays_locked_is_named(workspace: Workspace):
    with store.connect(workspace.mentions):
        code = "import sys, pathlib; from pipeline import store; store.open_patiently(pathlib.Path(sys.argv[1]), 0.2)"
        tried = subprocess.run(
            [sys.executable, "-c", code, str(workspace.mentions)], cwd=ROOT, capture_output=True, text=True, check=False
        )
    assert "Conflicting lock is held" in tried.stderr


WRITE = """
import sys
from pathlib import Path
from pipeline import journal, store
print("asked", flush=True)
journal.save_note(store.Workspace(Path(sys.argv[1])), "tamrow", "x:ana", "theirs", "Ed")
"""


def test_a_file_is_not_opened_before_another_process_has_closed_it_whatever_became_of_its_own_lock(
    workspace: Workspace,
):
    journal.save_note(workspace, "tamrow", "x:ana", "first", "Mo")
    with store.connect(workspace.journal) as con:
        workspace.journal.open("rb").close()  # DuckDB's lock goes: so is the file while another process opens it
        command = [sys.executable, "-c", WRITE, str(workspace.folder)]
        other = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert other.stdout and other.stdout.readline() == "asked\n"
        with pytest.raises(subprocess.TimeoutExpired):
            other.wait(0.5)
        with store.transaction(con):
            journal.insert(con, {"note": [{"brand": "tamrow", "account_id": "x:ana", "text": "ours"}]}, "Mo")
    with other:
        assert other.wait(20) == 0
    assert {row["text"] for row in journal_reads.read_notes(workspace, "tamrow")} == {"first", "ours", "theirs"}


def test_the_turn_of_a_file_ends_with_the_last_who_has_it_open_and_is_waited_for(workspace: Workspace, tmp_path: Path):
    (tmp_path / "link.duckdb").symlink_to(workspace.journal)
    lock = workspace.folder / "journal.duckdb.lock"
    with store.connect(workspace.journal), lock.open() as other:
        with store.connect(workspace.journal), turn(tmp_path / "link.duckdb", 0):
            pass
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    for each in (lock, workspace.folder / "journal.duckdb.next.lock"):
        with each.open() as other, pytest.raises(TimeoutError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with turn(workspace.journal, 0):
                pass
    with store.connect(workspace.journal):
        pass


def test_a_file_kept_open_is_closed_once_and_nobody_else_opens_it_in_between(workspace: Workspace):
    brand, wal = "insert into brand values ($name, $name, '2026-01-01')", workspace.folder / "mentions.duckdb.wal"
    workspace.folder.mkdir()
    with store.kept_open(workspace.mentions), (workspace.folder / "mentions.duckdb.lock").open() as other:
        with store.connect(workspace.mentions) as con:
            con.execute(brand, {"name": "ours"})
        assert wal.stat().st_size  # which whoever closes a file takes into it
        with pytest.raises(duckdb.Error), store.connect(workspace.mentions) as con, store.transaction(con):
            con.execute(brand, {"name": "half"})
            con.execute(brand, {"name": None})
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        assert read_brands(workspace) == [Brand("ours", "ours")]
    assert not wal.exists()
    with (workspace.folder / "mentions.duckdb.lock").open() as other:
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert read_brands(workspace) == [Brand("ours", "ours")]


def test_a_file_that_cannot_be_locked_is_not_opened(workspace: Workspace):
    workspace.folder.mkdir()
    (workspace.folder / "journal.duckdb.lock").mkdir()
    with pytest.raises(StoreError, match=r"journal\.duckdb cannot be read or written: Is a directory"):
        journal.save_note(workspace, "tamrow", "x:ana", "lost?", "Mo")
    assert not workspace.journal.exists()


class Fixed:
    """A model that says the same of every text."""

    version = "fixed"

    def unread(self, texts):
        return ["es" if text.startswith("¿") else None for text in texts]

    def predict(self, texts, progress, target, others):
        progress(len(texts))
        return [[0.1, 0.2, 0.7] for _ in texts]

    def doubtful(self, probabilities, texts, target, others):
        return [False for _ in probabilities]

    def inputs(self, texts, target, others):
        return [(text, [name for name in (*target, *others) if name in text]) for text in texts]


def refresh(workspace: Workspace, chosen: settings.Settings) -> list[str]:
    return run.refresh(workspace, chosen, Fixed, lambda: ModelFacts("fixed"))


def test_a_brand_that_no_row_of_a_file_is_about_is_none(workspace: Workspace, tmp_path: Path):
    header, row, *_ = (PAYLOADS / "twcs.csv").read_text().splitlines(keepends=True)
    (tmp_path / "twcs.csv").write_text(header + row)
    assert file_imports.import_file(workspace, tmp_path / "twcs.csv", Brand("Tamrwo", "Tamrwo")).not_about == 1
    assert read_brands(workspace) == []  # else it would be marked as a name in the texts to every other brand


def test_a_reader_keeps_its_file_while_the_next_one_sees_the_new(workspace: Workspace):
    chosen = settings.Settings()
    save_outcomes(workspace, [said(1)], [], cursor(1))
    refresh(workspace, chosen)
    old = store.open_published(workspace.published)
    save_outcomes(workspace, [said(2)], [], cursor(2))
    refresh(workspace, chosen)
    new = store.open_published(workspace.published)
    assert reads.frame(old, "brands")["touches"].tolist() == [1]
    assert reads.frame(new, "brands")["touches"].tolist() == [2]


def test_a_second_refresh_changes_nothing(workspace: Workspace):
    file_imports.import_file(workspace, PAYLOADS / "twcs.csv", TAMROW)
    chosen = settings.Settings(backup={"folder": "kept"})  # type: ignore[arg-type]
    assert refresh(workspace, chosen)[-1].startswith(f"backed up to {workspace.folder / 'kept' / 'orchard-backup-'}")
    with store.connect(workspace.mentions) as con:
        before = [
            con.execute(f"select * from {table} order by all").fetchall() for table in ("touch", "score", "reject")
        ]
    second = refresh(workspace, chosen)
    assert second[0] == "0 mentions read" and "relationships" in second[-1]  # a day has one backup
    with store.connect(workspace.mentions) as con:
        after = [
            con.execute(f"select * from {table} order by all").fetchall() for table in ("touch", "score", "reject")
        ]
    assert before == after


def test_leftovers_of_a_publish_that_was_killed_or_failed_are_removed(workspace: Workspace):
    save_outcomes(workspace, [said(1)], [], cursor(1))
    leftover = workspace.folder / "published-1.building"
    leftover.write_bytes(b"half a file")
    refresh(workspace, settings.Settings())
    assert not leftover.exists()
    assert sorted(file.name for file in workspace.folder.glob("published*")) == ["published.duckdb"]
    workspace.published.chmod(0o600)
    publish.publish(workspace)
    assert workspace.published.stat().st_mode & 0o777 == 0o600
    workspace.published.unlink()
    (workspace.published / "full").mkdir(parents=True)  # nothing can be put in its place
    with pytest.raises(OSError, match="directory"):
        publish.publish(workspace)
    assert not [*workspace.folder.glob("*.building*")]


def test_a_damaged_published_file_is_named(workspace: Workspace):
    workspace.folder.mkdir()
    workspace.published.write_bytes(b"not a database" * 1000)
    with pytest.raises(StoreError, match=r"published\.duckdb cannot be read"):
        store.open_published(workspace.published)


def test_files_of_a_source_are_collected_once(workspace: Workspace):
    inbox = workspace.folder / "inbox"
    inbox.mkdir(parents=True)
    shutil.copy(PAYLOADS / "twcs.csv", inbox)
    source = {"type": "file", "path": "inbox/*.csv", "brand": "TamrowBuild"}
    chosen = settings.Settings(sources=[source])  # type: ignore[list-item]
    assert (
        refresh(workspace, chosen)[0] == "twcs.csv: 5 stored of 8 (0 already had, 1 not about TamrowBuild, 2 rejected)"
    )
    assert refresh(workspace, chosen)[0] == "0 mentions read"


def test_what_people_type_is_part_of_the_history_after_a_refresh(workspace: Workspace):
    save_outcomes(workspace, [said(1)], [], cursor(1))
    refresh(workspace, settings.Settings())
    entry = {"brand": "tamrow", "account_id": "x:ana", "kind": "call", "direction": "out"}
    journal.save_entry(workspace, entry | {"happened_at": datetime(2025, 2, 1), "text": "20 min", "author": "Mags"})
    assert len(journal_reads.read_entries_since(workspace, "tamrow", ["x:ana"], datetime(2025, 1, 1))) == 1
    publish.relate(workspace, settings.Settings(), ModelFacts("fixed"))
    publish.publish(workspace)
    con = store.open_published(workspace.published)
    (person,) = con.execute("select person_id from pub.person").fetchall()
    found = reads.frame(con, "person_touches", brand="tamrow", person=person[0])
    assert found["kind"].tolist() == ["call", "mention"]
    assert found["counts"].tolist() == [False, True]


def test_status_counts_people_and_tells_of_whom_and_when_the_numbers_are(workspace: Workspace):
    save_outcomes(workspace, [said(1), said(2, person="bo"), said(3, person="cy")], [], cursor(3))
    assert read_status(workspace, "fixed")["persons"] == 3
    identity.merge(workspace, "x:ana", "x:bo", "one person", "Mo")
    refresh(workspace, settings.Settings())
    found = read_status(workspace, "fixed")
    assert found["persons"] == 2 and not {"as_of", "group"} & set(found)
    assert journal.draw(workspace, "tamrow", 9, "1", None, None).num_rows == 3
    publish.relate(workspace, settings.Settings(), ModelFacts("fixed"), datetime(2025, 1, 4), ("source", "x"))
    assert read_status(workspace, "fixed").items() >= {"as_of": "2025-01-03", "group": "source:x", "persons": 2}.items()
    with pytest.raises(StoreError, match="those of as_of 2025-01-03 and group source:x: run refresh first"):
        journal.draw(workspace, "tamrow", 9, "1", None, None)


def test_a_run_that_was_cut_off_is_marked_so(workspace: Workspace):
    save_run(workspace, "1", "refresh", store.now(), "running")
    save_run(workspace, "2", "refresh", store.now(), "running")
    with store.connect(workspace.mentions) as con:
        assert con.execute("select outcome from run order by run_id").fetchall() == [("cut off",), ("running",)]


def test_a_failed_refresh_is_recorded_with_its_reason(workspace: Workspace):
    save_outcomes(workspace, [said(1)], [], cursor(1))

    def broken() -> readings.Model:
        raise RuntimeError("no weights")

    with pytest.raises(RuntimeError):
        run.refresh(workspace, settings.Settings(), broken, lambda: ModelFacts("fixed"))
    with store.connect(workspace.mentions) as con:
        assert con.execute("select outcome, detail from run").fetchall() == [("failed", "RuntimeError: no weights")]


def test_a_language_that_is_not_read_is_a_row_without_a_score_and_is_not_read_again(workspace: Workspace):
    save_outcomes(workspace, [said(1, "lovely"), said(2, "¿cuándo llega?")], [], cursor(2))
    assert refresh(workspace, settings.Settings())[0] == "2 mentions read"
    assert refresh(workspace, settings.Settings())[0] == "0 mentions read"
    status = read_status(workspace, "fixed")
    assert (status["scored"], status["unread"], status["unscored"]) == (1, 1, 0)
    with store.connect(workspace.mentions) as con:
        rows = con.execute("select text, label, unread, counts from derived.ledger order by text").fetchall()
    assert rows == [("lovely", "positive", None, True), ("¿cuándo llega?", None, "es", False)]
    assert reads.frame(store.open_published(workspace.published), "meta")["unread"].tolist() == [1]


def test_phrase_rules_are_applied_recorded_and_undone(workspace: Workspace):
    heard: list[str] = []

    class Listening(Fixed):
        def predict(self, texts, progress, target, others):
            heard.extend(texts)
            return super().predict(texts, progress, target, others)

    save_outcomes(workspace, [said(1, "War Zone is out"), said(2, "slow clap"), said(3, "warzone")], [], cursor(3))
    phrases = ({"phrase": "war zone", "read_as": "the game"}, {"phrase": "Slow clap", "feeling": "negative"})
    ruled = settings.Settings(rules=phrases)
    assert run.refresh(workspace, ruled, Listening, lambda: ModelFacts("fixed"))[0] == "3 mentions read"
    assert sorted(heard) == ["the game is out", "warzone"]
    with store.connect(workspace.mentions) as con:
        rows = con.execute("select text, label, rule from derived.ledger order by text").fetchall()
    assert rows == [
        ("War Zone is out", "positive", "“war zone” read as “the game”"),
        ("slow clap", "negative", "“Slow clap” is negative"),
        ("warzone", "positive", None),
    ]
    assert refresh(workspace, ruled)[0] == "0 mentions read"
    assert refresh(workspace, settings.Settings())[0] == "3 mentions read"
    with store.connect(workspace.mentions) as con:
        assert con.execute("select distinct label, rule from derived.ledger").fetchall() == [("positive", None)]
        assert con.execute("select count(*) from score").fetchall() == [(6,)]


def test_of_phrase_rules_only_those_that_had_a_say_are_recorded():
    game = Rule(phrase="don't  die", read_as="the game")
    shop = Rule(phrase="game", read_as="shop")
    fine, bad = Rule(phrase="love it", feeling="positive"), Rule(phrase="refund", feeling="negative")
    text = "Don’t\ndie is my thing"
    assert rules.to_read(text, [game, shop]) == "the shop is my thing"
    assert rules.applied(text, [game, shop]) == f"{game.words}; {shop.words}"
    assert rules.applied(text, [shop, game]) == game.words
    assert rules.applied(f"{text}, love it, no refund", [game, fine, bad]) == fine.words
    assert rules.decided(f"{text}, love it, no refund", [game, fine, bad]) == (0, 0, 1)
    assert rules.applied("I love its refunds", [game, fine, bad]) is None
    with pytest.raises(ValueError, match="the phrase of a rule needs letters"):
        Rule(phrase="  ", read_as="anything")


def test_the_model_is_told_the_brand_and_the_others(workspace: Workspace):
    told: list[tuple] = []

    class Listening(Fixed):
        def predict(self, texts, progress, target, others):
            told.append((texts, sorted(target), sorted(others)))
            return super().predict(texts, progress, target, others)

    save_outcomes(workspace, [said(1), said(2, brand="quillstone")], [], cursor(2))
    own = {"key": "tamrow", "name": "Tamrow Build", "handles": ["tamrowbuild"], "terms": ["Tamrow"]}
    chosen = settings.Settings(brand=own, competitors=({"key": "quillstone", "name": "Quillstone"},))
    run.refresh(workspace, chosen, Listening, lambda: ModelFacts("fixed"))
    ours, theirs = ["Tamrow", "Tamrow Build", "tamrow", "tamrowbuild"], ["Quillstone", "quillstone"]
    assert told == [(["fine"], theirs, ours), (["fine"], ours, theirs)]


def test_a_file_published_by_another_version_says_what_to_do(workspace: Workspace):
    save_outcomes(workspace, [said(1)], [], cursor(1))
    refresh(workspace, settings.Settings())
    with duckdb.connect(workspace.published) as con:
        con.execute("update meta set form = 1")
    with pytest.raises(StoreError, match="another version of Orchard: run python -m pipeline refresh"):
        store.open_published(workspace.published)
    refresh(workspace, settings.Settings())
    store.open_published(workspace.published).close()


def told(number: int, day: int, **account: str) -> str:
    """Return a line of somebody's words, with what it tells of them."""
    own = {"id": str(number), "brand": "tamrow", "source": "x", "direction": "in", "kind": "mention", "text": "it hums"}
    return json.dumps(own | {"at": f"2025-03-0{day}", "account": {"id": "gus", "source": "x"} | account})


def accounts(workspace: Workspace) -> list[tuple]:
    """Return what is known of every account: handle, e-mail, kind, and the day of the month when first seen."""
    with store.connect(workspace.mentions) as con:
        return con.execute("select handle, email, kind, day(first_seen) from account").fetchall()


@pytest.mark.parametrize(
    ("lines", "known"),
    [
        ([told(1, 1), told(2, 2, handle="gus", email="g@example.org")], ("gus", "g@example.org", "person", 1)),
        ([told(1, 1, handle="gus"), told(2, 2, handle="bot", kind="bot")], ("gus", None, "bot", 1)),
        ([told(1, 3, handle="Gus"), told(2, 3, handle="gus")], ("Gus", None, "person", 3)),
        ([told(1, 3, handle="new"), told(2, 2, handle="old")], ("old", None, "person", 2)),
    ],
)
def test_an_account_is_what_its_touches_tell_of_it_together(
    lines: list[str], known: tuple, tmp_path: Path, workspace: Workspace
):
    file = tmp_path / "a.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    file_imports.import_file(workspace, file, Brand("tamrow", "Tamrow"))
    assert accounts(workspace) == [known]


def test_what_a_later_file_tells_of_an_account_fills_gaps_and_nobody_is_there_twice(
    tmp_path: Path, workspace: Workspace
):
    for number, line in enumerate((told(1, 3, handle="gus"), told(2, 1, handle="Gus!", email="g@example.org"))):
        file = tmp_path / f"{number}.jsonl"
        file.write_text(line, encoding="utf-8")
        file_imports.import_file(workspace, file, Brand("tamrow", "Tamrow"))
    assert accounts(workspace) == [("gus", "g@example.org", "person", 1)]
