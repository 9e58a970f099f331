"""Workbooks, and files that gzip has packed, are read as the plain files that they stand for."""

import csv
import gzip
import io
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from pipeline import bulk, file_imports, settings, sources, store
from pipeline.commands_files import How, take, tell
from pipeline.rehearse import rehearse
from pipeline.sources.files import FileError, Table
from pipeline.sources.kinds import OLE
from pipeline.store import Workspace
from pipeline.touch import Brand, Mapped, Touch
from tests.both_ways import fates
from tests.conftest import PAYLOADS, TAMROW

MAP = {"text": "Body", "author": "User", "at": "Date"}
HEADER = ["Body", "User", "Date"]
AT = datetime(2026, 3, 4, 9, 12)
LONG = 1790000000000000001
NEVER = threading.Event()

Rows = Sequence[Sequence[Any]]
MakeBook = Callable[..., Path]


@pytest.fixture
def book(tmp_path: Path) -> MakeBook:
    """Make a workbook of sheets by name, each of rows; Hidden... are hidden."""

    def make(name: str = "export.xlsx", **sheets: Rows) -> Path:
        path = tmp_path / name
        with xlsxwriter.Workbook(path, {"default_date_format": "d/m/yyyy h:mm", "strings_to_urls": False}) as made:
            elapsed = made.add_format({"num_format": "[h]:mm:ss"})
            for title, rows in sheets.items():
                sheet = made.add_worksheet(title)
                if title.startswith("Hidden"):
                    sheet.hide()
                for row, cells in enumerate(rows):
                    for column, cell in enumerate(cells):
                        if isinstance(cell, timedelta):
                            sheet.write_datetime(row, column, cell, elapsed)
                        else:
                            sheet.write(row, column, cell)
        return path

    return make


def records(path: Path, beside: Path, **options: Any) -> list[dict[str, Any]]:
    with sources.opened(path, beside=beside, **options) as (_, found, _):
        return [record.values for record in found]


def outcomes(path: Path, beside: Path, **options: Any) -> list[Any]:
    with sources.opened(path, beside=beside, **options) as (name, found, _):
        return [*sources.to_touches(name, found, TAMROW, options.get("mapping"))]


def touches(found: Iterable[Any]) -> list[Touch]:
    return [outcome.touch for outcome in found if isinstance(outcome, Mapped)]


def rejected(workspace: Workspace) -> list[tuple[int, str]]:
    with store.connect(workspace.mentions) as con:
        return con.execute("select row_number, reason from reject order by all").fetchall()


def tar() -> bytes:
    with io.BytesIO() as held:
        with tarfile.open(fileobj=held, mode="w") as archive:
            archive.addfile(tarfile.TarInfo("a.csv"))
        return held.getvalue()


def csv_rows(path: Path) -> list[list[str]]:
    _, table = sources.open_file(path)
    assert isinstance(table, Table)
    with path.open(encoding=table.encoding, newline="") as file:
        return [*csv.reader(file, delimiter=table.delimiter)]


def test_every_format_of_columns_is_read_from_a_sheet_as_from_its_file(book: MakeBook, tmp_path: Path):
    files = {file.stem: file for file in sorted(PAYLOADS.glob("*.csv"))}
    path = book(**{name: csv_rows(file) for name, file in files.items()})
    assert {"twcs", "brandwatch", "meltwater", "sprout", "fourcat", "airline"} <= {*files}
    for name, file in files.items():
        plain = sources.to_touches(*sources.open_file(file), TAMROW)
        assert touches(outcomes(path, tmp_path, sheet=name)) == touches(plain), name


REPORT = [["Report:", "Mentions"], ["Brand:", "Tamrow"], ["From:", AT], ["To:", AT], ["Label:", 1], [], ["Made:", AT]]
BRANDWATCH = ["Query Id", "Query Name", "Date", "Full Text", "Url", "Page Type", "Author", "Thread Id", "Likes"]


def post(at: Any, text: str, url: str, author: str = "chisel9", thread: Any = "77") -> list[Any]:
    return [1999, "Tamrow", at, text, url, "forum", author, thread, 3]


def test_a_report_with_real_dates_is_imported_under_the_row_numbers_that_a_person_sees(
    book: MakeBook, workspace: Workspace, capsys: pytest.CaptureFixture[str]
):
    rows = [
        *REPORT,
        BRANDWATCH,
        post(AT, "one", "https://boards.example/t/1"),
        [],
        post(date(2026, 3, 5), "two", "https://boards.example/t/2"),
        post("2026-03-06 10:00", "three", "https://boards.example/t/3"),
        ["", " "],
        post("soon", "never", "https://boards.example/t/4"),
        post(AT, "one", "https://boards.example/t/1"),
        post(AT, "five", "https://boards.example/t/5", thread=LONG),
    ]
    made = book(Info=[["made for you"]], Mentions=rows)
    tried = rehearse(workspace, made, TAMROW, wait=1)
    assert tried.rejects == [(14, "not a date and time")] and not workspace.folder.exists()
    counts = file_imports.import_file(workspace, made, TAMROW)
    assert tried.counts == counts
    assert (counts.read, counts.stored, counts.already) == (6, 4, 1)
    assert rejected(workspace) == [(14, "not a date and time")]
    assert counts.sheet == "sheet Mentions"
    tell(counts, "tamrow")
    assert "6  as sheet Mentions" in capsys.readouterr().out
    with store.connect(workspace.mentions) as con:
        kept = con.execute("select text, happened_at, conversation from touch order by text").fetchall()
        (file,) = con.execute("select file from import").fetchone() or ()
    assert [(text, at) for text, at, _ in kept] == [
        ("five", AT),
        ("one", AT),
        ("three", datetime(2026, 3, 6, 10)),
        ("two", datetime(2026, 3, 5)),
    ]
    assert "E+" not in kept[0][2]  # a thread that was rounded would join others
    assert file.endswith("export.xlsx")
    assert [place.name for place in workspace.folder.iterdir() if place.suffix != ".lock"] == ["mentions.duckdb"]


def test_cells_become_the_text_that_a_person_means(book: MakeBook, tmp_path: Path):
    cells = {
        "a moment": (AT, "2026-03-04 09:12:00"),
        "with seconds": (datetime(2026, 3, 4, 9, 12, 33), "2026-03-04 09:12:33"),
        "a day": (date(2026, 3, 4), "2026-03-04"),
        "a time": (time(9, 12), "09:12:00"),
        "hours": (timedelta(hours=9, minutes=12), "9:12:00"),
        "whole": (12.0, "12"),
        "in fifteen digits": (999999999999999, "999999999999999"),
        "too long": (LONG, "1.79000000000000E+18"),
        "with decimals": (-0.5, "-0.5"),
        "true": (True, "True"),
        "computed": ("=6*7", "0"),  # what the workbook holds as its value
        "lines": ('a\r\nb\rc "d", \x01e', 'a\nb\nc "d", \x01e'),
        "words": ("[1] Café 🪵", "[1] Café 🪵"),
        "nothing": (None, ""),
    }
    row = [value for value, _ in cells.values()]
    path = book(Typed=[[*HEADER, *cells], ["hi", "gus", AT, *row]])
    assert records(path, tmp_path, mapping=MAP) == [
        {"Body": "hi", "User": "gus", "Date": "2026-03-04 09:12:00"} | {name: text for name, (_, text) in cells.items()}
    ]


def test_an_error_in_a_cell_is_nothing_and_columns_without_a_name_are_kept_apart(tmp_path: Path):
    with xlsxwriter.Workbook(tmp_path / "e.xlsx") as made:
        sheet = made.add_worksheet()
        sheet.write_row("C3", ["Body", "", "User", "", "Date"])
        sheet.merge_range("C3:D3", "Body")
        sheet.write_row("C4", ["hi", "more", "gus", "", "2026-03-04"])
        sheet.write_row("C5", ["", "more", "gus", "", "2026-03-04"])
        sheet.write_formula("C5", "=A1/0", None, "#DIV/0!")
    found = outcomes(tmp_path / "e.xlsx", tmp_path, mapping=MAP)
    assert found[0].record.values == {"Body": "hi", "": "more", "User": "gus", "(2)": "", "Date": "2026-03-04"}
    assert found[1].reason == "no text (column Body)"


@pytest.mark.parametrize("field", ["id", "author", "reply_to"])
def test_an_id_that_a_spreadsheet_has_rounded_is_a_reject(field: str, tmp_path: Path):
    mapping = MAP | {field: "Number"}
    lines = "Body,User,Date,Number\nhi,gus,2026-03-04,1.79E+18\nho,gus,2026-03-04,1.79e+18\nha,gus,2026-03-04,5e+x\n"
    (tmp_path / "saved.csv").write_text(lines)
    name, table = sources.open_file(tmp_path / "saved.csv", mapping=mapping)
    found, _, _ = many = fates(bulk.read_steps(name, table, TAMROW, mapping))
    assert many == fates(bulk.slices(sources.to_touches(name, table, TAMROW, mapping)))
    reason = (
        f"{field} (column Number) was rounded by a spreadsheet, which keeps 15 digits of a number: export it as text"
    )
    assert [(kind, why if kind == "reject" else "") for _, kind, why in found] == [
        ("reject", reason),
        ("reject", reason),
        ("touch", ""),
    ]


def test_long_numbers_of_tweets_in_a_sheet_do_not_make_one_of_many(book: MakeBook, workspace: Workspace):
    columns = ["tweet_id", "author_id", "inbound", "created_at", "text", "response_tweet_id", "in_response_to_tweet_id"]
    rows = [
        [12, "gus", True, AT, "@TamrowBuild hi", "", ""],
        [13, "TamrowBuild", False, AT, "@gus hello", "", 12],
        [LONG, "mo", True, AT, "@TamrowBuild one", "", ""],
        [14, LONG, True, AT, "@TamrowBuild two", "", ""],
        [15, "mo", True, AT, "@TamrowBuild three", "", LONG],
    ]
    counts = file_imports.import_file(workspace, book(Tweets=[columns, *rows]), TAMROW)
    assert counts.stored == 2
    assert [(row, reason.split(" ")[0]) for row, reason in rejected(workspace)] == [
        (4, "tweet_id"),
        (5, "author_id"),
        (6, "in_response_to_tweet_id"),
    ]


def test_text_dates_of_a_sheet_prove_their_order_by_its_own_rows(book: MakeBook, tmp_path: Path):
    rows = [
        ["Report"],
        HEADER,
        ["a", "gus", AT],
        [],
        ["b", "gus", "03/04/2026 10:00"],
        ["c", "gus", "14/04/2026 10:00"],
    ]
    with sources.opened(book(Mail=rows), mapping=MAP, beside=tmp_path) as (name, found, _):
        assert found.dates.words == "dates with the day first, as 14/04/2026 10:00 in row 6 proves"
        made = touches(sources.to_touches(name, found, TAMROW, MAP))
    assert [touch.at for touch in made] == [AT, datetime(2026, 4, 3, 10), datetime(2026, 4, 14, 10)]


def test_the_first_sheet_that_fits_is_read_and_another_can_be_chosen(book: MakeBook, tmp_path: Path):
    def one(text: str) -> Rows:
        return [HEADER, [text, "gus", AT]]

    def texts(**options: Any) -> list[str]:
        return [values["Body"] for values in records(path, tmp_path, **options)]

    path = book(Cover=[["a", "b", "c", "d"]], HiddenMail=one("hidden"), Mail=one("new"), Older=one("old"))
    assert texts(mapping=MAP) == ["new"]
    assert texts(mapping=MAP, sheet=" older") == ["old"]
    assert texts(mapping=MAP, sheet="HiddenMail") == ["hidden"]
    with pytest.raises(FileError, match=r"export\.xlsx: no sheet Posts; it has Cover, HiddenMail, Mail, Older"):
        texts(mapping=MAP, sheet="Posts")
    with pytest.raises(FileError, match=r"export\.xlsx, sheet Cover: of no format .* Its columns: a, b, c, d\. Name"):
        texts()
    with pytest.raises(FileError, match=r"export\.xlsx, sheet Cover: the format `mapped` needs --map"):
        texts(wanted="mapped")


def test_sheets_of_sources_and_of_a_watched_folder_are_imported_once(book: MakeBook, workspace: Workspace):
    workspace.folder.mkdir()
    mail = [HEADER, ["new", "gus", AT]]
    book("a.xlsx", Mail=mail, Older=[HEADER, ["old", "gus", AT]]).rename(workspace.folder / "a.xlsx")
    (workspace.folder / "~$a.xlsx").write_bytes(b"open in Excel")
    entry = '[[sources]]\ntype = "file"\npath = "*.xlsx"\nbrand = "tamrow"\nsheet = "Older"\n[sources.map]\n'
    (workspace.folder / "brand.toml").write_text(entry + "".join(f'{field} = "{MAP[field]}"\n' for field in MAP))
    chosen = settings.load(workspace.folder)
    assert [*file_imports.collect_files(workspace, chosen)] == ["a.xlsx: 1 stored of 1; sheet Older"]
    assert [*file_imports.collect_files(workspace, chosen)] == []
    how = How(workspace, Brand("tamrow", "tamrow"), "auto", MAP, None, "file", False, 0)
    (workspace.folder / "brand.toml").unlink()
    words = "sheet Mail; Older would do as well: --sheet, or sheet in [[sources]], chooses"
    assert take(workspace.folder / "a.xlsx", how, NEVER) == f"a.xlsx: 1 stored of 1; {words}"
    assert take(workspace.folder / "a.xlsx", how, NEVER) == "a.xlsx: imported before"


@pytest.mark.parametrize("damage", ["cut", "flipped", "far", "bomb", "empty", "no sheets", "other"])
def test_a_workbook_that_cannot_be_read_is_named_and_leaves_nothing(damage: str, book: MakeBook, workspace: Workspace):
    rows: Rows = [HEADER, *(["hi", f"gus{number}", AT] for number in range(200))]
    path = book(Mail=[] if damage == "empty" else rows)
    content = bytearray(path.read_bytes())
    if damage == "cut":
        path.write_bytes(content[:-60])
    elif damage == "flipped":
        place = content.index(b"xl/worksheets/sheet1.xml") + 200
        content[place : place + 40] = b"x" * 40
        path.write_bytes(content)
    elif damage == "far":  # takes half a terabyte as a table
        with xlsxwriter.Workbook(path) as made:
            made.add_worksheet().write("A1", 1)
            made.worksheets()[0].write("XFD1048576", 1)
    elif damage == "bomb":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("xl/workbook.xml", b" " * (20 << 20))
    elif damage == "no sheets":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("content.xml", "<office:text/>")
    elif damage == "other":
        path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 9)
    with pytest.raises(FileError) as caught:
        file_imports.import_file(workspace, path, TAMROW, mapping=MAP)
    said = {
        "cut": "a damaged zip",
        "flipped": "not a workbook that can be read, or a damaged one",
        "far": "or it takes more than",
        "bomb": "would unpack to more than 16,777,216 bytes",
        "empty": "the workbook is empty",
        "no sheets": "not a workbook that can be read",
        "other": "not a workbook that can be read",
    }
    assert str(caught.value).startswith(f"{path}: ") and said[damage] in str(caught.value)
    assert not workspace.folder.exists()


def test_what_gzip_has_packed_is_read_as_the_file_inside(workspace: Workspace, tmp_path: Path):
    plain = Workspace(tmp_path / "plain")
    (left := workspace.folder / ".unpacked-by-a-run-that-was-killed").mkdir(parents=True)
    (left / "unpacked").write_text("somebody's words")
    for file in (PAYLOADS / "orchard.jsonl", PAYLOADS / "meltwater.csv"):
        packed = tmp_path / f"{file.name}.gz"
        packed.write_bytes(gzip.compress(file.read_bytes()))
        assert file_imports.import_file(workspace, packed, TAMROW) == file_imports.import_file(plain, file, TAMROW)
    assert [place.name for place in workspace.folder.iterdir() if place.suffix != ".lock"] == ["mentions.duckdb"]
    with store.connect(workspace.mentions) as con:
        found = con.execute("select file from import order by all").fetchall()
    assert [Path(file).name for (file,) in found] == ["meltwater.csv.gz", "orchard.jsonl.gz"]


def test_bytes_that_an_encoding_does_not_know_are_told_of_what_is_packed(workspace: Workspace, tmp_path: Path):
    (tmp_path / "m.csv.gz").write_bytes(
        gzip.compress(("Body,User,Date\n" + "é" * 99).encode() + b"\xff,gus,2026-03-04")
    )
    counts = file_imports.import_file(workspace, tmp_path / "m.csv.gz", TAMROW, mapping=MAP)
    assert (counts.stored, counts.lost) == (1, "some bytes are no utf-8, and became \ufffd")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (lambda: gzip.compress(b"Body,User,Date\n" * 999)[:-30], "a damaged gzip file"),
        (lambda: gzip.compress(b"Body,User,Date\n") + b"more", "a damaged gzip file"),
        (lambda: gzip.compress(b" " * (17 << 20)), "would unpack to more than 16,777,216 bytes"),
        (lambda: gzip.compress(gzip.compress(b"Body,User,Date\n")), "packed once more by gzip; unpack it"),
        (lambda: gzip.compress(tar()), "a tar archive; unpack it"),
        (lambda: gzip.compress(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "a workbook, packed once more; unpack it"),
        (lambda: gzip.compress(b"a,b\n1,2\n"), "no column Body, Date, User; it has a, b"),
    ],
    ids=["cut", "more", "bomb", "twice", "tar", "xls", "columns"],
)
def test_what_is_wrong_with_a_packed_file_is_said_of_it(content, words: str, workspace: Workspace, tmp_path: Path):
    (tmp_path / "export.csv.gz").write_bytes(content())
    with pytest.raises(FileError) as caught:
        file_imports.import_file(workspace, tmp_path / "export.csv.gz", TAMROW, mapping=MAP)
    assert str(caught.value).startswith(f"{tmp_path / 'export.csv.gz'}: ") and words in str(caught.value)
    assert not workspace.folder.exists()


def zipped(files: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    with zipfile.ZipFile(made := io.BytesIO(), "w", how) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize("how", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
def test_the_one_file_in_a_zip_is_read_as_it_is_beside_what_systems_add(how: int, workspace: Workspace, tmp_path: Path):
    plain, file = Workspace(tmp_path / "plain"), PAYLOADS / "orchard.jsonl"
    files = {"export/": b"", f"export/{file.name}": file.read_bytes(), f"__MACOSX/._{file.name}": b"\0", ".x": b"y"}
    packed = tmp_path / "export.zip"
    packed.write_bytes(zipped(files, how))
    assert file_imports.import_file(workspace, packed, TAMROW) == file_imports.import_file(plain, file, TAMROW)
    assert [place.name for place in workspace.folder.iterdir() if place.suffix != ".lock"] == ["mentions.duckdb"]
    with store.connect(workspace.mentions) as con:
        assert con.execute("select file from import").fetchall() == [(str(packed),)]


def flipped(content: bytes) -> bytes:
    return content[:60] + bytes([content[60] ^ 0xFF]) + content[61:]


def flipped_bzip2(content: bytes) -> bytes:
    return flipped(zipped({"a.csv": content}, zipfile.ZIP_BZIP2))


def of_version(content: bytes, version: int) -> bytes:
    """Return a zip that says that whoever unpacks it must know a version to come."""
    place = content.index(b"PK\x01\x02") + 6
    return content[:place] + bytes([version]) + content[place + 1 :]


def elsewhere(content: bytes) -> bytes:
    """Return a zip whose table of contents would lie before it begins."""
    place = content.index(b"PK\x05\x06") + 12
    return content[:place] + b"\xff\xff" + content[place + 2 :]


def encrypted(content: bytes) -> bytes:
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.index(mark) + at
        content = content[:place] + b"\x01\x00" + content[place + 2 :]
    return content


def lying(content: bytes) -> bytes:
    """Return a zip that says that what is in it is small."""
    return content.replace((17 << 20).to_bytes(4, "little"), (9999).to_bytes(4, "little"))


TABLE = b"Body,User,Date\n" + b"".join(f"text {number},ann,2025-01-02\n".encode() for number in range(99))
BOMB = zipped({"a.csv": b" " * (17 << 20)})
SEVERAL = {f"{number}.csv": TABLE for number in range(7)}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (zipped(SEVERAL), "a zip with several files: 0.csv, 1.csv, 2.csv, 3.csv, 4.csv and 2 more; unpack it"),
        (BOMB, "would unpack to more than 16,777,216 bytes"),
        (lying(BOMB), "a.csv in it cannot be read"),
        (flipped(zipped({"a.csv": TABLE})), "a.csv in it cannot be read"),
        (flipped_bzip2(TABLE), "a.csv in it cannot be read (Invalid data stream)"),
        (of_version(zipped({"a.csv": TABLE}), 99), "a damaged zip (zip file version 9.9); download it again"),
        (elsewhere(zipped({"a.csv": TABLE})), "a damaged zip (Bad offset for central directory); download it again"),
        (encrypted(zipped({"a.csv": TABLE})), "a.csv in it is encrypted; unpack it"),
        (zipped({"a.zip": zipped({"a.csv": TABLE})}), "packed once more, in a zip; unpack it"),
        (zipped({"a.csv.gz": gzip.compress(TABLE)}), "packed once more by gzip; unpack it"),
        (zipped({"a.csv": b"a,b\n1,2\n"}), "no column Body, Date, User; it has a, b"),
        (zipped({"__MACOSX/a": b""}), "a zip or folder can only be an archive of X"),
        (OLE + elsewhere(zipped({"a.csv": TABLE})), "not a workbook that can be read, or a damaged one"),
    ],
    ids=[
        "several",
        "bomb",
        "liar",
        "flipped",
        "bzip2",
        "version",
        "elsewhere",
        "encrypted",
        "twice",
        "gzip",
        "columns",
        "nothing",
        "within",
    ],
)
def test_what_is_wrong_with_a_zip_is_said_of_it(content: bytes, words: str, workspace: Workspace, tmp_path: Path):
    path = tmp_path / "export.zip"
    path.write_bytes(content)
    with pytest.raises(FileError) as caught:
        file_imports.import_file(workspace, path, TAMROW, mapping=MAP)
    assert str(caught.value).startswith(f"{path}: ") and words in str(caught.value)
    assert not workspace.folder.exists()
