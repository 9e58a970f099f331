"""An export comes back through import to the letter."""

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline import export, file_imports, settings, store
from pipeline.sources import orchard as orchard_lines
from pipeline.store import StoreError, Workspace
from pipeline.touch import Brand, Record
from tests.conftest import PAYLOADS, TAMROW, orchard, orchard_here

SAMPLE = settings.ROOT / "data" / "sample" / "touches.jsonl"


def rows(place: Workspace, table: str) -> list[dict]:
    """Return all columns of a table but the moment of storing, in order."""
    with store.connect(place.mentions) as con:
        cursor = con.execute(f"select * from {table}")
        names = [column[0] for column in cursor.description]
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return sorted(({name: row[name] for name in names if name != "stored_at"} for row in found), key=str)


@pytest.fixture
def other(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "other")


HARD = ["  spaces around \n", 'quotes " and \\ and \u2028', "emoji 🪵 and \u0001", "=1+1", "NULL", "null", "é", "Ünï"]


def fill_with_payloads(place: Workspace) -> list[Brand]:
    """Import every payload, and texts that are hard to keep; return the brand."""
    for file in sorted(PAYLOADS.iterdir()):
        file_imports.import_file(place, file, TAMROW, direct_messages=True)
    lines = [
        {"id": f"h{i}", "brand": TAMROW.key, "source": "hand", "direction": "in", "kind": "note", "text": text}
        | {"at": f"2025-03-04T09:12:0{i}.12345{i}Z", "account": {"id": f"p {i}", "source": "by_hand", "verified": True}}
        for i, text in enumerate(HARD)
    ]
    (place.folder / "hard.jsonl").write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    file_imports.import_file(place, place.folder / "hard.jsonl", TAMROW)
    return [TAMROW]


def fill_with_sample(place: Workspace) -> list[Brand]:
    """Import the shipped sample; return its brands."""
    brands = [own.to_brand() for own in settings.load(SAMPLE.parent).brand_settings()]
    for brand in brands:
        file_imports.import_file(place, SAMPLE, brand)
    return brands


def test_a_line_that_is_read_one_by_one_keeps_its_text_to_the_letter_too():
    values = {"id": "1", "brand": TAMROW.key, "source": "hand", "direction": "in", "kind": "note", "at": "2025-03-04"}
    for text in HARD:
        assert orchard_lines.to_touch(Record(1, values | {"text": text}), TAMROW).touch.text == text


@pytest.mark.parametrize(("fill", "least"), [(fill_with_payloads, 40), (fill_with_sample, 1200)])
def test_every_touch_and_account_comes_back_as_it_was(
    fill: Callable[[Workspace], list[Brand]], least: int, workspace: Workspace, other: Workspace, tmp_path: Path
):
    brands = fill(workspace)
    many, _ = export.export(workspace, tmp_path / "all.jsonl")
    for brand in brands:
        counts = file_imports.import_file(other, tmp_path / "all.jsonl", brand)
        assert counts.read == many and not counts.rejected
    assert rows(other, "touch") == rows(workspace, "touch")
    assert rows(other, "account") == rows(workspace, "account")
    assert many == len(rows(workspace, "touch")) > least
    export.export(other, tmp_path / "again.jsonl")
    assert (tmp_path / "again.jsonl").read_bytes() == (tmp_path / "all.jsonl").read_bytes()


def test_one_brand_alone_can_be_exported(workspace: Workspace, tmp_path: Path):
    fill_with_sample(workspace)
    many, of_x = export.export(workspace, tmp_path / "one.jsonl", "quillstone")
    lines = [json.loads(line) for line in (tmp_path / "one.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {line["brand"] for line in lines} == {"quillstone"} and len(lines) == many
    assert (tmp_path / "one.jsonl").stat().st_mode & 0o777 == 0o600
    assert of_x == sum(line["source"] == "x" and line["text"] != "" for line in lines) > 0


def test_an_id_that_could_not_come_back_stops_the_export_and_leaves_no_file(workspace: Workspace, tmp_path: Path):
    file_imports.import_file(workspace, PAYLOADS / "orchard.jsonl", TAMROW)
    with store.connect(workspace.mentions) as con:
        con.execute("update touch set touch_id = 'elsewhere:1' where touch_id = 'x:1'")
    with pytest.raises(Exception, match="elsewhere:1"):
        export.export(workspace, tmp_path / "all.jsonl")
    assert [file.name for file in tmp_path.iterdir()] == ["workspace"]


def test_a_folder_that_is_missing_is_named(workspace: Workspace, tmp_path: Path):
    with store.connect(workspace.mentions):
        pass
    with pytest.raises(StoreError, match=f"there is no folder {tmp_path / 'nodir'}$"):
        export.export(workspace, tmp_path / "nodir" / "x.jsonl")


def test_a_link_stays_one_and_a_pipe_is_written_into(workspace: Workspace, tmp_path: Path):
    file_imports.import_file(workspace, PAYLOADS / "fourcat.csv", TAMROW)
    (tmp_path / "real").mkdir()
    (tmp_path / "link.jsonl").symlink_to(Path("real") / "all.jsonl")
    many, _ = export.export(workspace, tmp_path / "link.jsonl")
    assert (tmp_path / "link.jsonl").is_symlink()
    written = (tmp_path / "real" / "all.jsonl").read_bytes()
    assert written.count(b"\n") == many > 0
    os.mkfifo(tmp_path / "pipe")
    with ThreadPoolExecutor(1) as beside:
        read = beside.submit((tmp_path / "pipe").read_bytes)
        export.export(workspace, tmp_path / "pipe")
        assert read.result() == written
    assert (tmp_path / "pipe").is_fifo()


def test_what_is_open_already_is_written_on_and_not_replaced(workspace: Workspace, tmp_path: Path):
    file_imports.import_file(workspace, PAYLOADS / "fourcat.csv", TAMROW)
    file = tmp_path / "log.txt"
    file.write_text("kept\n")
    with file.open("ab") as opened:  # as a shell opens what stands behind >>
        many, _ = export.export(workspace, Path(f"/dev/fd/{opened.fileno()}"))
        opened.write(b"more\n")
    lines = file.read_text(encoding="utf-8").splitlines()
    assert (lines[0], lines[-1], len(lines)) == ("kept", "more", many + 2)
    export.export(workspace, Path("/dev/null"))
    assert Path("/dev/null").is_char_device()


def test_a_link_that_leads_to_itself_is_named(workspace: Workspace, tmp_path: Path):
    with store.connect(workspace.mentions):
        pass
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(StoreError, match=f"^{tmp_path}/loop: a link that leads to itself$"):
        export.export(workspace, tmp_path / "loop")


def test_what_cannot_be_written_to_is_named_with_what_to_do(workspace: Workspace, tmp_path: Path):
    file_imports.import_file(workspace, PAYLOADS / "fourcat.csv", TAMROW)
    with pytest.raises(StoreError, match=f"^{tmp_path} cannot be written: Is a directory; see to it"):
        export.export(workspace, tmp_path)


def test_nothing_to_export_is_said(workspace: Workspace, tmp_path: Path):
    with pytest.raises(StoreError, match="holds nothing to export"):
        export.export(workspace, tmp_path / "all.jsonl")


def test_the_command_prints_lines_and_warns_of_xs_rule_on_standard_error(tmp_path: Path):
    place = tmp_path / "w"
    orchard_here(place, "import", str(PAYLOADS / "fourcat.csv"), "--brand", "TamrowBuild")
    done = orchard(place, "export", "--brand", "TamrowBuild")
    first = json.loads(done.stdout.splitlines()[0])
    assert first == {
        "id": "1790000000000000001",
        "brand": "TamrowBuild",
        "source": "x",
        "account": {
            "id": "900001",
            "source": "x",
            "handle": "gus_p",
            "name": "Gus Pell",
            "kind": "person",
            "link": None,
            "email": None,
            "verified": None,
        },
        "direction": "in",
        "kind": "mention",
        "at": "2024-05-13T12:00:00.000000Z",
        "public": True,
        "addressed": True,
        "conversation": "x:1790000000000000001",
        "reply_to": None,
        "text": '@TamrowBuild the stairs\nstill creak, "quietly"',
        "url": "https://x.com/i/status/1790000000000000001",
        "by": None,
    }
    assert len(done.stdout.splitlines()) == 5
    told = " ".join(done.stderr.split())
    assert "5 touches 5 of them are texts from X: X lets you pass on their ids alone" in told
    orchard_here(place, "export", str(tmp_path / "out.jsonl"))
    assert (tmp_path / "out.jsonl").read_text(encoding="utf-8") == done.stdout


def test_a_line_whose_flag_is_neither_true_nor_false_is_a_reject(tmp_path: Path):
    own = {
        "id": "1",
        "brand": "b",
        "source": "x",
        "direction": "in",
        "kind": "mention",
        "at": "2026-03-04",
        "text": "t",
    }
    lines = [own | {"public": "false"}, own | {"addressed": 1}, own | {"public": None, "id": "2"}]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    done = orchard_here(tmp_path / "w", "import", str(tmp_path / "a.jsonl"), "--brand", "b")
    assert "1  public is neither true nor false" in done.stdout
    assert "1  addressed is neither true nor false" in done.stdout
    with store.connect(Workspace(tmp_path / "w").mentions) as con:
        assert con.execute("select touch_id, public, addressed from touch").fetchall() == [("x:2", True, False)]


def test_an_unknown_brand_is_refused(tmp_path: Path):
    orchard_here(tmp_path, "import", str(PAYLOADS / "fourcat.csv"), "--brand", "TamrowBuild")
    done = orchard_here(tmp_path, "export", "--brand", "nobody")
    assert done.returncode == 1 and "--brand nobody: unknown; there are: TamrowBuild" in " ".join(done.stderr.split())
