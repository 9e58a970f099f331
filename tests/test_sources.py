"""Every source keeps one contract: nothing lost, nothing twice, and the right touches."""

import inspect
import json
import re
import shutil
from datetime import date, datetime
from pathlib import Path

import pytest

from pipeline import file_imports, labels, retry, settings, sources, store
from pipeline.file_cursors import Known
from pipeline.sources import SOURCES
from pipeline.sources.dates import COLUMNS, IN_NO_DOUBT
from pipeline.sources.encodings import find_encoding
from pipeline.sources.files import FIELD_LIMIT, KEPT, FileError
from pipeline.sources.mapped import parse_map
from pipeline.store import Workspace, connect
from pipeline.touch import Brand, Counts, Dates, Mapped, MappingError, to_time
from pipeline.touches import TAKEN, TURNED
from tests.both_ways import both
from tests.conftest import PAYLOADS, TAMROW, orchard_here


def payload(name: str) -> Path:
    return next(PAYLOADS.glob(f"{name}*"))


def touches(path: Path, brand: Brand = TAMROW, **options) -> list:
    name, records = sources.open_file(path, **options)
    found = sources.to_touches(name, records, brand, options.get("mapping"))
    return [outcome.touch for outcome in found if isinstance(outcome, Mapped)]


def adds_up(counts: Counts) -> bool:
    return counts.read == counts.stored + counts.already + counts.not_about + sum(counts.rejected.values())


OF_ONE_BRAND = {"fourcat", "brandwatch", "meltwater", "xarchive"}  # whoever made the file chose the brand


@pytest.mark.parametrize("name", SOURCES)
def test_every_row_is_accounted_for_and_a_second_import_adds_nothing(name: str, workspace: Workspace):
    first = file_imports.import_file(workspace, payload(name), TAMROW)
    second = file_imports.import_file(workspace, payload(name), TAMROW)
    assert adds_up(first) and adds_up(second)
    assert first.stored > 0 and first.rejected and bool(first.not_about) == (name not in OF_ONE_BRAND)
    assert (second.read, second.stored, second.already) == (first.read, 0, first.stored + first.already)
    with store.connect(workspace.mentions) as con:
        assert con.execute("select count(*) from touch").fetchall() == [(first.stored,)]
        assert con.execute("select count(*) from raw").fetchall() == [(first.stored,)]
        assert con.execute("select count(*) from reject").fetchall() == [(sum(first.rejected.values()),)]
        assert con.execute("select bool_and(finished) from import").fetchall() == [(True,)]
        ids = "select bool_and(starts_with(touch_id, source || ':')) from touch"  # else no export could bring them back
        assert con.execute(ids).fetchall() == [(True,)]


def test_twcs_takes_both_sides_of_the_brands_threads():
    found = {touch.id: touch for touch in touches(payload("twcs"))}
    assert set(found) == {"x:11", "x:12", "x:13", "x:14", "x:17"}
    assert [found[i].direction for i in ("x:11", "x:12", "x:13", "x:14", "x:17")] == ["in", "out", "in", "in", "out"]
    assert {found[i].account.id for i in ("x:11", "x:12", "x:13")} == {"x:900001"}
    assert found["x:14"].account.kind == "brand"
    assert found["x:17"].account is None
    assert {found[i].conversation for i in ("x:11", "x:12", "x:13", "x:14")} == {"x:11"}
    assert found["x:13"].text == "@TamrowBuild fridge.\ntwo lines of fridge"
    assert found["x:12"].at == datetime(2017, 10, 31, 22, 10, 47)
    assert found["x:13"].reply_to == "x:12"


def test_twcs_counts_what_it_cannot_take(workspace: Workspace):
    counts = file_imports.import_file(workspace, payload("twcs"), TAMROW)
    assert (counts.read, counts.stored, counts.not_about) == (8, 5, 1)
    assert counts.rejected == {
        "not a date and time": 1,
        "row is cut off: fewer cells than the header has": 1,
    }


def test_airline_times_are_utc_and_one_handle_is_one_account():
    found = touches(payload("airline"), Brand("tamrow", "Tamrow Build"))
    assert [touch.at for touch in found] == [datetime(2015, 2, 24, 19, 35, 52), datetime(2015, 2, 24, 20, 35, 52)]
    assert {touch.account.id for touch in found} == {"x:gus_p"}
    assert [touch.addressed for touch in found] == [True, False]


@pytest.mark.parametrize("name", ["twcs", "airline", "dialogues", "xarchive"])
def test_entities_of_x_are_read_as_what_they_stand_for(name: str, tmp_path: Path):
    """Whichever file or network brings a post first, its words are the same."""
    source = next(PAYLOADS.glob(f"{name}*"))
    copied = tmp_path / source.name
    if source.is_dir():
        shutil.copytree(source, copied)
    else:
        shutil.copy(source, copied)
    brand = Brand("tamrow", "Tamrow Build") if name == "airline" else TAMROW
    words = max((touch.text.split("\n")[0] for touch in touches(copied, brand)), key=len)
    written = words.replace(" ", " &amp; &lt;3 ", 1)
    for file in [copied] if copied.is_file() else copied.rglob("*.js"):
        file.write_text(file.read_text(encoding="utf-8").replace(words, written), encoding="utf-8")
    assert words.replace(" ", " & <3 ", 1) in {touch.text.split("\n")[0] for touch in touches(copied, brand)}


def test_a_dialogue_has_its_last_answer_with_the_time_inside_its_id():
    found = {touch.id: touch for touch in touches(payload("dialogues"))}
    answer = found["x:1216382480015450112"]
    assert (answer.direction, answer.text) == ("out", "@gus_p Here is how: https://example.org")
    assert answer.at.replace(microsecond=0) == datetime(2020, 1, 12, 15, 32, 37)
    assert answer.account.id == "x:gus_p"
    assert found["x:1216371800696852999"].account.id == "x:mo"
    assert [touch.addressed for touch in found.values()] == [True, False, False, False]
    assert len({touch.conversation for touch in found.values()}) == 2


def test_a_json_array_that_breaks_off_gives_its_sound_part_and_one_reject(workspace: Workspace):
    counts = file_imports.import_file(workspace, payload("dialogues"), TAMROW)
    assert counts.read == 8
    assert sum(many for reason, many in counts.rejected.items() if reason.startswith("JSON breaks off")) == 1


CELLS = 'Body,User,Date\nlovely café ☕,ana,2025-01-02 10:00\n"two\nlines, quoted",bo,2025-01-03 11:00\n'
MAP = parse_map("text=Body,author=User,at=Date")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_every_unicode_encoding_is_read(encoding: str, tmp_path: Path):
    file = tmp_path / "export.csv"
    file.write_bytes(CELLS.encode(encoding))
    assert [t.text for t in touches(file, mapping=MAP)] == ["lovely café ☕", "two\nlines, quoted"]


def test_an_old_windows_encoding_is_guessed(tmp_path: Path):
    file = tmp_path / "export.csv"
    text = "Body,User,Date\n" + "la façade est très réussie; déjà vu à l'été,ana,2025-01-02\n" * 5
    file.write_bytes(text.encode("cp1252"))
    assert touches(file, mapping=MAP)[0].text.startswith("la façade est très réussie")
    assert touches(file, mapping=MAP, encoding="cp1250")[0].text.startswith("la façade est trčs")


@pytest.mark.parametrize("odd", [b"\xc3", "déjà vu".encode()[:-1] + b"z\xe9", b"caf\xe9"])
def test_a_few_odd_bytes_make_no_other_encoding_of_a_file_in_utf_8(odd: bytes, tmp_path: Path, workspace: Workspace):
    file = tmp_path / "export.csv"
    rows = "".join(f"schöner Tag {n},Jürgen{n},2025-01-02\n" for n in range(300))
    file.write_bytes(("Body,User,Date\n" + rows).encode() + odd + b",bo,2025-01-02\n")
    counts = file_imports.import_file(workspace, file, TAMROW, mapping=MAP)
    assert (counts.encoding, counts.stored) == ("utf-8-sig", 301)
    assert sources.lost_bytes(file, counts.encoding) == "some bytes are no utf-8, and became \ufffd"
    with connect(workspace.mentions) as con:
        assert con.execute("select count(*) from account where handle like 'Jürgen%'").fetchall() == [(300,)]
        assert con.execute("select count(*) from touch where text like '%\ufffd%'").fetchall() == [(1,)]


@pytest.mark.parametrize(
    ("text", "many", "encoding"),
    [
        ("très bien, merci", 1, "cp1252"),
        ("It’s fine", 1, "cp1252"),
        ("a 5 € bill", 1, "cp1252"),
        ("año nuevo, niño", 5, "cp1252"),
        ("Schöne Grüße", 5, "cp1252"),
        ("Привет, как дела и работа", 1, "cp1251"),
        ("これは本です、テスト", 1, "shift_jis"),
        ("这个产品非常好，我很喜欢", 5, "gb18030"),
        ("이 제품은 정말 좋아요", 1, "euc_kr"),
        ("這個產品非常好，我很喜歡", 1, "big5"),
    ],
)
def test_an_older_encoding_is_guessed_from_the_lines_that_tell_it_wherever_they_stand(
    text: str, many: int, encoding: str, tmp_path: Path
):
    file = tmp_path / "export.csv"
    plain = "nothing but plain letters in here,ana,2025-01-02\n" * 6000
    file.write_bytes(("Body,User,Date\n" + plain + f'"{text}",bo,2025-01-03\n' * many).encode(encoding))
    assert find_encoding(file) == encoding


def test_a_whole_file_in_utf_8_has_lost_no_bytes(tmp_path: Path):
    file = tmp_path / "export.csv"
    file.write_text(CELLS, encoding="utf-8")
    assert sources.lost_bytes(file, find_encoding(file)) == ""
    assert sources.lost_bytes(payload("xarchive"), "utf-8") == ""


@pytest.mark.parametrize("name", ["rot13", "base64", "hex", "zlib", "idna", "undefined", "utf-9", "a\0b"])
def test_an_encoding_of_no_text_is_refused_by_name(name: str, tmp_path: Path):
    file = tmp_path / "export.csv"
    file.write_text(CELLS, encoding="utf-8")
    with pytest.raises(FileError, match="no encoding of text has that name") as error:
        sources.open_file(file, mapping=MAP, encoding=name)
    assert str(error.value).startswith(f"--encoding {name}: ")


def test_a_source_of_brand_toml_may_tell_the_encoding_of_its_files(workspace: Workspace):
    workspace.folder.mkdir()
    (workspace.folder / "old.csv").write_bytes("Body,User,Date\nkávé très,ana,2025-01-02\n".encode("cp1252"))
    entry = '[[sources]]\ntype = "file"\npath = "*.csv"\nbrand = "TamrowBuild"\nencoding = "cp1250"\n'
    entry += 'map = { text = "Body", author = "User", at = "Date" }\n'
    (workspace.folder / "brand.toml").write_text(entry)
    lines = list(file_imports.collect_files(workspace, settings.load(workspace.folder)))
    assert lines == ["old.csv: 1 stored of 1"]
    with connect(workspace.mentions) as con:
        assert con.execute("select text from touch").fetchall() == [("kávé trčs",)]


def test_a_refresh_tells_of_bytes_that_were_lost(workspace: Workspace):
    workspace.folder.mkdir()
    (workspace.folder / "cut.csv").write_bytes(
        "Body,User,Date\nkávé déjà,ana,2025-01-02\n".encode() + b"\xc3,bo,2025-01-02"
    )
    entry = '[[sources]]\ntype = "file"\npath = "*.csv"\nbrand = "TamrowBuild"\n'
    entry += 'map = { text = "Body", author = "User", at = "Date" }\n'
    (workspace.folder / "brand.toml").write_text(entry)
    lines = list(file_imports.collect_files(workspace, settings.load(workspace.folder)))
    assert lines == ["cut.csv: 2 stored of 2; some bytes are no utf-8, and became \ufffd"]


def test_a_file_without_the_mark_that_its_encoding_needs_is_named(tmp_path: Path):
    file = tmp_path / "export.csv"
    file.write_bytes(CELLS.encode("utf-16-le"))
    with pytest.raises(FileError, match=r"cannot be read as utf-16: .*; try without --encoding") as error:
        sources.open_file(file, mapping=MAP, encoding="utf-16")
    assert str(error.value).startswith(str(file))


@pytest.mark.parametrize("encoding", ["utf-8", "UTF8", "utf-16-le", "utf-16-be", "utf-32-le", "gb18030"])
def test_a_byte_order_mark_is_no_part_of_the_first_column_whatever_encoding_is_chosen(encoding: str, tmp_path: Path):
    file = tmp_path / "export.csv"
    for mark in ("", "\ufeff"):
        text = mark + (CELLS if encoding != "gb18030" else CELLS.replace("☕", ""))
        file.write_bytes(text.encode(encoding))
        assert len(touches(file, mapping=MAP, encoding=encoding)) == 2


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_the_header_is_found_below_report_lines_under_any_delimiter(delimiter: str, tmp_path: Path):
    file = tmp_path / "report.csv"
    rows = [
        ["Report:", "Weekly"],
        ["Brand:", "Tamrow"],
        [],
        ["Body", "User", "Date"],
        ["good job", "ana", "2025-01-02"],
    ]
    file.write_text("\n".join(delimiter.join(row) for row in rows))
    assert [(t.text, t.account.handle) for t in touches(file, mapping=MAP)] == [("good job", "ana")]


def test_a_quotation_mark_inside_a_cell_is_only_a_mark(tmp_path: Path):
    file = tmp_path / "export.csv"
    file.write_text('Body,User,Date\na 5" screw,ana,2025-01-02\nfine,bo,2025-01-03\n')
    assert [t.text for t in touches(file, mapping=MAP)] == ['a 5" screw', "fine"]


@pytest.mark.parametrize(
    ("last", "reason"),
    [
        ('"never closed,bo,2025-01-03', "row is cut off: fewer cells than the header has"),
        ('fine,bo,"2025-01-03', "row is cut off: a quotation mark is never closed"),
        ("fine,bo", "row is cut off: fewer cells than the header has"),
        ("a,b,2025-01-02,d", "row has more cells than the header"),
        (",bo,2025-01-03", "no text (column Body)"),
        ("fine,bo,soon", "not a date and time (column Date)"),
        ("fine,bo,2925-01-01", "a date before 1990 or in the future (column Date)"),
        ("fine,bo,9999-12-31T23:59:59-05:00", "not a date and time (column Date)"),
    ],
)
def test_a_broken_row_is_kept_with_its_reason(last: str, reason: str, tmp_path: Path, workspace: Workspace):
    file = tmp_path / "export.csv"
    file.write_text(f"Body,User,Date\ngood,ana,2025-01-02\n{last}")
    counts = file_imports.import_file(workspace, file, TAMROW, mapping=MAP)
    assert (counts.read, counts.stored, counts.rejected) == (2, 1, {reason: 1})
    with store.connect(workspace.mentions) as con:
        kept = con.execute("select file, row_number, reason, payload from reject").fetchall()
    assert kept[0][:3] == (str(file), 2, reason)
    assert json.loads(kept[0][3])


def test_a_kind_and_a_direction_that_are_none_are_told_with_their_columns(tmp_path: Path, workspace: Workspace):
    file = tmp_path / "export.csv"
    file.write_text("Body,User,Date,Sort,Way\nhi,ana,2025-01-02,shout,in\nhi,bo,2025-01-02,reply,up\n")
    counts = file_imports.import_file(workspace, file, TAMROW, mapping=MAP | {"kind": "Sort", "direction": "Way"})
    kind, direction = sorted(counts.rejected, reverse=True)
    assert kind.startswith("kind is none of ") and kind.endswith("(column Sort)")
    assert direction == "direction is neither in nor out (column Way)"


def test_a_lone_carriage_return_inside_a_row_does_not_break_it(tmp_path: Path):
    file = tmp_path / "export.csv"
    file.write_bytes(b"Body,User,Date\nfirst \rhalf,ana,2025-01-02\nsecond,bo,2025-01-03\n")
    assert [t.text for t in touches(file, mapping=MAP)] == ["first  half", "second"]
    file.write_bytes(b"Body,User,Date\rold mac,ana,2025-01-02\rsecond,bo,2025-01-03\r")
    assert [t.text for t in touches(file, mapping=MAP)] == ["old mac", "second"]


def test_a_line_feed_inside_of_a_quotation_ends_no_line_where_carriage_returns_do(tmp_path: Path):
    file = tmp_path / "export.csv"
    rows = (
        b"Body,User,Date",
        b'"""so\nit, ""hums""\r\n",ana,2025-01-02',
        b'a 6" nail,bo,2025-01-03',
        b'"\n",cy,2025-01-04',
    )
    file.write_bytes(b"\r".join(rows))
    assert [t.text for t in touches(file, mapping=MAP)] == ['"so\nit, "hums"', 'a 6" nail']
    file.write_bytes(b"\n".join(row.replace(b"so", b"s\ro") for row in rows))
    assert [t.text for t in touches(file, mapping=MAP)] == ['"s o\nit, "hums"', 'a 6" nail']


def test_json_lines_can_be_mapped_too(tmp_path: Path):
    file = tmp_path / "export.jsonl"
    file.write_text('{"Body": "good", "User": "ana", "Date": "2025-01-02T03:04:05+02:00"}\n')
    assert touches(file, mapping=MAP)[0].at == datetime(2025, 1, 2, 1, 4, 5)


def test_a_first_object_that_lacks_a_field_is_a_reject_and_refuses_no_file(tmp_path: Path, workspace: Workspace):
    file = tmp_path / "export.jsonl"
    sound = '{"Body": "good", "User": "ana", "Date": "2025-01-02"}\n'
    file.write_text('{"Body": "no date", "User": "bo"}\n' + sound)
    counts = file_imports.import_file(workspace, file, TAMROW, mapping=MAP)
    assert (counts.stored, counts.rejected) == (1, {"no at (column Date)": 1})
    file.write_text('{"Body": "no date", "User": "bo"}\n' * sources.FIRST_OBJECTS + sound)
    with pytest.raises(FileError, match="no column Date; it has Body, User"):
        sources.open_file(file, mapping=MAP)


def test_a_format_is_known_by_any_of_the_first_objects(tmp_path: Path):
    lines = payload("orchard").read_text(encoding="utf-8").splitlines()
    file = tmp_path / "own.jsonl"
    file.write_text("\n".join(['{"id": "0"}', *lines]), encoding="utf-8")
    assert sources.open_file(file)[0] == "orchard"


@pytest.mark.parametrize("column", ["[Body]", "[t]", "[ Body"])
def test_a_column_whose_name_begins_with_a_bracket_makes_no_json_of_a_table(column: str, tmp_path: Path):
    file = tmp_path / "export.csv"
    file.write_text(f"{column},U,D\ngood,ana,2025-01-02\n")
    (touch,) = touches(file, mapping=parse_map(f"text={column},author=U,at=D"))
    assert (touch.text, touch.account.handle) == ("good", "ana")


def test_the_brands_own_rows_go_out(tmp_path: Path):
    file = tmp_path / "export.csv"
    file.write_text("Body,User,Date,To\nthank you,TamrowBuild,2025-01-02,@ana\n")
    mapping = parse_map("text=Body,author=User,at=Date,to=To")
    (touch,) = touches(file, mapping=mapping)
    assert (touch.direction, touch.account.id, touch.author) == ("out", "file:ana", "TamrowBuild")


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        (b"", {}, "the file is empty"),
        (b"a,b\n1,2\n", {}, "Its columns: a, b"),
        (b"a,b\n1,2\n", {"mapping": MAP}, "no column Body, Date, User"),
        (b"a,b\n1,2\n", {"wanted": "twcs"}, "not of the format twcs"),
        (b"a,b\n1,2\n", {"wanted": "mapped"}, "needs --map"),
        (b'[{"a": 1}]', {}, "Its columns: a"),
    ],
)
def test_a_file_of_no_known_shape_is_named_with_what_to_do(content: bytes, options: dict, message: str, tmp_path: Path):
    file = tmp_path / "export.csv"
    file.write_bytes(content)
    with pytest.raises(FileError, match=message) as error:
        sources.open_file(file, **options)
    assert str(file) in str(error.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("text=Body", "no column given for author, at"),
        ("text=B,author=U,at=D,mood=M", "unknown field mood; allowed: text"),
        (
            "text=Body, text,author=U,at=D",
            "--map: no = in 'text'; a column with a comma in its name can only be given by",
        ),
        ("text=B,text=T,author=U,at=D", "--map: text is given twice; a field has one column"),
    ],
)
def test_a_wrong_map_is_refused(text: str, message: str):
    with pytest.raises(ValueError, match=message):
        parse_map(text)


@pytest.mark.parametrize(
    "text",
    [
        "2025-03-04T09:12:00Z",
        "2025-03-04 10:12:00 +0100",
        "Tue Mar 04 09:12:00 +0000 2025",
        "1741079520",
        "1741079520000",
        "03/04/2025 09:12",
        "04.03.2025 09:12",
        "4.3.2025 09:12",
        "04-03-2025 09:12",
        "2025/03/04 09:12",
        "2025-03-04 09:12:00 UTC",
        "Tue, 04 Mar 2025 09:12:00 GMT",
        "Tue, 04 Mar 2025 10:12:00 +0100",
        "Tue, 4 Mar 2025 09:12:00 +0000 (UTC)",
        "4 Mar 2025 10:12:00 +0100",
        "4 March 2025 09:12",
    ],
)
def test_times_of_every_export_become_utc(text: str):
    assert to_time(text) == datetime(2025, 3, 4, 9, 12)


@pytest.mark.parametrize("text", ["04/03/2025 09:12", "4/3/2025 9:12 am", "04-03-2025 09:12:00", "04/03/2025"])
def test_slashes_and_dashes_are_read_in_the_order_that_is_told(text: str):
    assert to_time(text, day_first=True).date() == date(2025, 3, 4)
    assert to_time(text, day_first=False).date() == date(2025, 4, 3)


@pytest.mark.parametrize("text", ["", "yesterday", "2025-13-01", "12-31-2025", "5 Marz 2025", "4 Mar 2025 CET", None])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(MappingError, match=r"date and time"):
        to_time(text)


REAL = {
    "twcs_5000.csv": ["SpotifyCares", "AmazonHelp", "Delta"],
    "airline_tweets.csv": ["United", "Southwest"],
    "care_dialogues.json": ["SpotifyCares", "AppleSupport"],
}


@pytest.mark.parametrize(("file", "brand"), [(file, brand) for file, brands in REAL.items() for brand in brands])
def test_the_real_files_are_accounted_for(file: str, brand: str, shared: Path, workspace: Workspace):
    counts = file_imports.import_file(workspace, shared / "conversations" / file, Brand(brand, brand))
    assert adds_up(counts)
    assert counts.stored > 20 and not counts.rejected


def test_bytes_that_a_chosen_encoding_does_not_know_are_told(tmp_path: Path):
    file = tmp_path / "old.csv"
    file.write_bytes("Body,User,Date\nle café,ana,2025-03-04\n".encode("cp1252"))
    asked = ("import", str(file), "--brand", "tamrow", "--map", "text=Body,author=User,at=Date", "--encoding")
    wrong = orchard_here(tmp_path / "a", *asked, "utf-8")
    assert wrong.returncode == 0 and "some bytes are no utf-8, and became \ufffd" in wrong.stderr
    assert "some bytes" not in orchard_here(tmp_path / "b", *asked, "cp1252").stderr
    file.write_bytes("Body,User,Date\nle café déjà bu,ana,2025-03-04\n".encode() + b"cut \xc3,bo,2025-03-04\n")
    guessed = orchard_here(tmp_path / "c", *asked[:-1])
    assert "some bytes are no utf-8, and became \ufffd; --encoding overrules" in guessed.stderr
    assert "as utf-8" in guessed.stdout


def test_half_a_character_pair_is_kept_as_a_sign_for_what_is_missing(tmp_path: Path, workspace: Workspace):
    path = tmp_path / "cut.jsonl"
    path.write_text('{"Body": "a cut emoji \\ud83d", "User": "gus", "Date": "2026-01-01"}\n')
    assert file_imports.import_file(workspace, path, TAMROW, mapping=MAP).stored == 1  # its id is made of the text
    with connect(workspace.mentions) as con:
        assert con.execute("select text from touch").fetchall() == [("a cut emoji \ufffd",)]


def test_an_object_in_a_mapped_column_is_no_text(tmp_path: Path, workspace: Workspace):
    file = tmp_path / "a.json"
    file.write_text(json.dumps([{"Body": "it hums", "User": {"name": "ann"}, "Date": "2025-03-04"}]), encoding="utf-8")
    counts = file_imports.import_file(workspace, file, TAMROW, mapping=MAP)
    assert counts.rejected == {"author is no text, but several values (column User)": 1}


def dated(path: Path, *dates: str) -> Path:
    path.write_text("Body,User,Date\n" + "".join(f"note {row},gus,{date}\n" for row, date in enumerate(dates, 1)))
    return path


OCTOBER = [f"{day:02}/10/2025" for day in range(1, 32)]


def test_dates_that_prove_the_day_first_are_read_so_and_it_is_said(tmp_path: Path, workspace: Workspace):
    counts = file_imports.import_file(workspace, dated(tmp_path / "a.csv", *OCTOBER, "soon"), TAMROW, mapping=MAP)
    assert (counts.stored, counts.rejected) == (31, {"not a date and time (column Date)": 1})
    assert counts.dates == "dates with the day first, as 13/10/2025 in row 13 proves"
    with connect(workspace.mentions) as con:
        assert con.execute("select min(happened_at), max(happened_at) from touch").fetchall() == [
            (datetime(2025, 10, 1), datetime(2025, 10, 31))
        ]
        assert con.execute("select day_first from import").fetchall() == [(True,)]


def test_an_order_in_which_nothing_was_stored_is_not_taken_for_that_of_what_is(tmp_path: Path, workspace: Workspace):
    file = tmp_path / "a.csv"
    file.write_text("Id,Body,User,Date\n1,it leaks,ann,03/04/2025\n")
    said = [
        file_imports.import_file(workspace, file, TAMROW, mapping=MAP | {"id": "Id"}, dates=order).dates
        for order in ("mdy", "dmy", "dmy", "mdy")
    ]
    assert ["in the other order" in words for words in said] == [False, True, True, False]


def test_dates_of_either_order_are_read_with_the_month_first_unless_it_is_told(tmp_path: Path, workspace: Workspace):
    file = dated(tmp_path / "a.csv", "2025-01-01", "04/04/2025", "03/04/2025")
    counts = file_imports.import_file(workspace, file, TAMROW, mapping=MAP)
    assert counts.stored == 3 and counts.dates.startswith("dates such as 03/04/2025 in row 3 do not tell whether the")
    counts = file_imports.import_file(workspace, file, TAMROW, mapping=MAP, dates="dmy")
    assert (counts.stored, counts.already) == (1, 2)
    assert (
        counts.dates
        == "its dates were read in the other order before; what that stored stays (`take-back` removes an import)"
    )
    with connect(workspace.mentions) as con:
        found = con.execute("select happened_at from touch where text = 'note 3' order by all").fetchall()
    assert found == [(datetime(2025, 3, 4),), (datetime(2025, 4, 3),)]


@pytest.mark.parametrize(
    ("dates", "words"),
    [
        (("12/31/2025", "01/02/2025"), ""),
        (("2025-01-02", "04.03.2025", "04/04/2025"), ""),
        (("0/5/2025", "5/0/2025"), ""),
        (("0/25/2025", "03/04/2025"), "dates such as 03/04/2025 in row 2 do not tell"),
        (("04-03-2025",), "read with the day first. If that is wrong, say --dates mdy"),
        (("04/03/2025", "99/04/2025"), "read with the month first. If that is wrong, say --dates dmy"),
        (("04/03/2025", " 31/12/2024 10:00 "), "dates with the day first, as 31/12/2024 10:00 in row 2 proves"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_what_is_said_of_dates_is_what_they_tell(dates: tuple[str, ...], words: str, encoding: str, tmp_path: Path):
    file = dated(tmp_path / "a.csv", *dates)
    file.write_text(file.read_text(), encoding=encoding)
    assert words in sources.open_file(file, mapping=MAP)[1].dates.words
    assert bool(words) == bool(sources.open_file(file, mapping=MAP)[1].dates.words)


@pytest.mark.parametrize(
    ("date", "before", "now", "is_other"),
    [
        ("3-4-2025", "", "mdy", True),
        ("3-4-2025", "", "dmy", False),
        ("3-4-2025", "mdy", "", True),
        ("3/4/2025", "", "mdy", False),
        ("3/4/2025", "dmy", "", True),
        ("2025-04-03", "dmy", "mdy", False),
        ("3-4-2025", None, "mdy", True),  # an older Orchard kept no order
        ("3-4-2025", None, "dmy", False),
        ("3/4/2025", None, "mdy", False),
        ("3/4/2025", None, "dmy", True),
    ],
)
def test_the_other_order_is_one_that_reads_the_dates_otherwise(
    date: str, before: Dates | None, now: Dates, is_other: bool, tmp_path: Path
):
    file = dated(tmp_path / "a.csv", date)
    then, today = (sources.open_file(file, mapping=MAP, dates=told or "")[1].dates for told in (before, now))
    kept = None if before is None else then.day_first
    assert file_imports.was_other_order(Known("a.csv", was_read=True, day_first=kept), today) == is_other
    assert not file_imports.was_other_order(Known("a.csv"), today)


def test_a_row_with_an_id_is_had_already_however_often_its_file_is_read_in_another_order(
    tmp_path: Path, workspace: Workspace
):
    file, mapping = tmp_path / "a.csv", MAP | {"id": "Id"}
    file.write_text("Id,Body,User,Date\n1,it hums,gus,03/04/2025 10:30\n")
    assert file_imports.import_file(workspace, file, TAMROW, mapping=mapping).stored == 1
    for _ in range(2):
        counts = file_imports.import_file(workspace, file, TAMROW, mapping=mapping, dates="dmy")
        assert (counts.already, counts.rejected) == (1, {})
    file.write_text("Id,Body,User,Date\n1,it hums,gus,03/04/2025 10:30\n1,it hums,bo,03/04/2025 10:30\n")
    assert file_imports.import_file(workspace, file, TAMROW, mapping=mapping, dates="dmy").rejected == {
        TURNED: 1,
        TAKEN: 1,
    }


def test_a_file_of_dates_in_two_orders_is_refused_naming_two_rows(tmp_path: Path, workspace: Workspace):
    file = dated(tmp_path / "a.csv", *OCTOBER, "10/31/2025")
    with pytest.raises(FileError, match="13/10/2025 in row 13 has the day first, 10/31/2025 in row 32 the month; with"):
        file_imports.import_file(workspace, file, TAMROW, mapping=MAP)
    counts = file_imports.import_file(workspace, file, TAMROW, mapping=MAP, dates="mdy")
    assert (counts.stored, sum(counts.rejected.values())) == (13, 19)


def test_a_format_that_a_spreadsheet_has_saved_may_have_the_day_first(tmp_path: Path):
    text = payload("airline").read_text(encoding="utf-8")
    day = "24/02/2015 11:35"
    file = tmp_path / "airline.csv"
    file.write_text(re.sub(r"2015-02-24 \d\d:\d\d:\d\d -0800", day, text), encoding="utf-8")
    assert day in file.read_text(encoding="utf-8")
    name, records = sources.open_file(file)
    assert name == "airline" and records.dates.day_first


POST = {"id": "1", "thread_id": "1", "body": "it hums", "author": "gus", "is_retweet": "no"}


@pytest.mark.parametrize("form", ["a.csv", "a.jsonl"])
def test_the_dates_of_4cat_may_have_the_day_first(form: str, tmp_path: Path):
    rows = [
        POST | {"id": str(place), "timestamp": at} for place, at in enumerate(("03/04/2025 10:00", "25/12/2024"), 1)
    ]
    table = "\n".join([",".join(rows[0]), *(",".join(row.values()) for row in rows)])
    (tmp_path / form).write_text(table if form == "a.csv" else "\n".join(map(json.dumps, rows)))
    assert [touch.at for touch in touches(tmp_path / form)] == [datetime(2025, 4, 3, 10), datetime(2024, 12, 25)]


def test_every_format_whose_dates_may_be_in_either_order_takes_it_and_no_other():
    takes = {name for name, (_, own) in SOURCES.items() if "day_first" in inspect.getsource(inspect.getmodule(own))}
    assert takes == set(SOURCES) - IN_NO_DOUBT
    assert takes - {"twcs"} == set(COLUMNS)  # no spreadsheet knows the form of its dates


@pytest.mark.parametrize("name", sorted(IN_NO_DOUBT))
def test_an_order_is_refused_where_it_would_do_nothing(name: str, workspace: Workspace):
    with pytest.raises(FileError, match="are in no doubt: leave --dates, or `dates` in"):
        file_imports.import_file(workspace, payload(name), TAMROW, dates="dmy")


@pytest.mark.parametrize("form", ["a.jsonl", "a.json"])
def test_dates_of_json_prove_their_order_too(form: str, tmp_path: Path):
    rows = [{"Body": "hi", "User": "gus", "Date": day} for day in ("03/04/2025", None, 7, "31/12/2024")]
    text = json.dumps(rows) if form == "a.json" else "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / form).write_text(text.replace("/", "\\/"))
    found = touches(tmp_path / form, mapping=MAP)
    assert [touch.at for touch in found] == [datetime(2025, 4, 3), datetime(2024, 12, 31)]


def test_rejects_are_tried_again_in_the_order_of_their_file(tmp_path: Path, workspace: Workspace):
    file = dated(tmp_path / "a.csv", "03/04/2025", "31/12/2024")
    file.write_text(file.read_text().replace("note 1,gus", "note 1,@"))
    file_imports.import_file(workspace, file, TAMROW, mapping=MAP)
    with connect(workspace.mentions) as con:
        con.execute("""update reject set payload = '{"Body": "note 1", "User": "gus", "Date": "03/04/2025"}'""")
    assert retry.retry(workspace, settings.Settings()).stored == 1
    with connect(workspace.mentions) as con:
        assert con.execute("select max(happened_at) from touch").fetchall() == [(datetime(2025, 4, 3),)]


def test_one_content_has_its_rejects_once_under_whatever_path(
    tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
):
    file = dated(tmp_path / "bad.csv", "2025-01-02", "soon")
    monkeypatch.chdir(tmp_path)
    shutil.copy(file, tmp_path / "copy.csv")
    for path in (Path("bad.csv"), Path(f"../{tmp_path.name}/bad.csv"), file, tmp_path / "copy.csv"):
        file_imports.import_file(workspace, path, TAMROW, mapping=MAP)
    with connect(workspace.mentions) as con:
        assert con.execute("select file from reject").fetchall() == [(str(file.resolve()),)]
        assert con.execute("select file from import").fetchall() == [(str(file.resolve()),)]


def test_rejects_of_an_older_orchard_keep_the_name_that_their_file_was_typed_by(
    tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
):
    file = dated(tmp_path / "bad.csv", "2025-01-02", "soon")
    file_imports.import_file(workspace, file, TAMROW, mapping=MAP)
    with connect(workspace.mentions) as con:
        for table in ("reject", "import"):
            con.execute(f"update {table} set file = 'bad.csv'")
        con.execute("update reject set reject_id = sha256('bad.csv' || chr(0) || row_number || chr(0) || payload)")
    monkeypatch.chdir(tmp_path)
    dated(file, "2025-01-02", "soon", "2025-01-03")  # it has grown meanwhile
    assert file_imports.import_file(workspace, Path("bad.csv"), TAMROW, mapping=MAP).stored == 1
    with connect(workspace.mentions) as con:
        assert con.execute("select file from reject").fetchall() == [("bad.csv",)]


def test_a_mapped_column_that_stands_twice_is_refused_and_others_are_kept_under_a_number(
    tmp_path: Path, workspace: Workspace
):
    file = tmp_path / "a.csv"
    file.write_text("Body,User,Date,Body\nhi,gus,2025-01-02,ho\n")
    with pytest.raises(FileError, match="the column Body is there more than once; remove or rename one"):
        sources.open_file(file, mapping=MAP)
    file.write_text("Body,More,User,Date,More,More (2),,\nhi,a,gus,2025-01-02,b,c,d,e\n")
    assert file_imports.import_file(workspace, file, TAMROW, mapping=MAP).stored == 1
    names = ["Body", "More", "User", "Date", "More (2)", "More (2) (2)", "", "(2)"]
    kept = dict(zip(names, ["hi", "a", "gus", "2025-01-02", "b", "c", "d", "e"], strict=True))
    with connect(workspace.mentions) as con:
        assert json.loads(con.execute("select payload from raw").fetchall()[0][0]) == kept
    assert both(file, TAMROW, mapping=MAP)[1] == both(file, TAMROW, mapping=MAP)[0]
    text = payload("twcs").read_text(encoding="utf-8")
    file.write_text(text.replace("tweet_id,", "tweet_id,text,", 1), encoding="utf-8")
    with pytest.raises(FileError, match="the column text is there more than once"):
        sources.open_file(file)


def test_labels_in_two_columns_are_refused(tmp_path: Path):
    (tmp_path / "a.csv").write_text("id,label,label\nx:1,positive,negative\n")
    with pytest.raises(labels.LabelError, match="the column label is there more than once"):
        labels.read(tmp_path / "a.csv")


def test_of_a_row_with_a_field_that_is_too_long_both_ends_are_kept(tmp_path: Path, workspace: Workspace):
    file = tmp_path / "a.csv"
    long = "x" * (FIELD_LIMIT + 1)
    file.write_text(f'Body,User,Date\n"two\nlines",ana,2025-01-02\n{long},gus,2025-01-03\nhi,bo,2025-01-04\n')
    counts = file_imports.import_file(workspace, file, TAMROW, mapping=MAP)
    reason = "row cannot be read: a field of it has more than 10,485,760 characters"
    assert (counts.read, counts.stored, counts.rejected) == (3, 2, {reason: 1})
    with connect(workspace.mentions) as con:
        number, kept, broken = con.execute("select row_number, payload, broken from reject").fetchall()[0]
    row = json.loads(kept)["row"]
    assert number == 2 and broken and row.startswith("xxx") and row.endswith("xxx,gus,2025-01-03")
    assert len(row) == 2 * KEPT + 3


def test_an_author_of_an_at_sign_alone_is_none(tmp_path: Path, workspace: Workspace):
    file = tmp_path / "a.csv"
    file.write_text("Body,User,Date,To\nhi,@,2025-01-02,\nho,TamrowBuild,2025-01-03,@\n")
    counts = file_imports.import_file(workspace, file, TAMROW, mapping=MAP | {"to": "To"})
    assert (counts.stored, counts.rejected) == (1, {"no author (column User)": 1})
    with connect(workspace.mentions) as con:
        assert con.execute("select text, account_id from touch").fetchall() == [("ho", None)]


@pytest.mark.parametrize("name", sorted(sources.EXACT))
def test_a_format_whose_columns_are_read_by_their_exact_names_is_recognised_by_these_alone(name: str):
    columns = SOURCES[name][0]
    assert sources.recognise(columns) == name
    assert sources.recognise(frozenset(column.upper() for column in columns)) is None
