"""Columns out of Arrow are the rows that csv and Python's JSON give, to the letter; or the file is left to these."""

import json
import os
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipeline import bulk, file_imports, sources
from pipeline.sources import arrow_csv, arrow_json, frames
from pipeline.sources.files import FIELD_LIMIT, Table, find_table
from pipeline.store import Workspace, connect
from tests.both_ways import both
from tests.conftest import PAYLOADS, TAMROW

MAP = {"text": "Body", "author": "User", "at": "Date"}
HEAD = "Body,User,Date\n"
ROW = "it hums,gus,2025-03-04\n"
# Everything that csv takes otherwise than one would think, each between two plain rows.
ODD_ROWS = {
    "a quotation mark inside": 'it "hums,gus,2025-03-04\n',
    "two quotation marks inside": 'it "hums" well,gus,2025-03-04\n',
    "words after a quotation": '"it hums" well,gus,2025-03-04\n',
    "a quotation after words after a quotation": '"it" hums "well",gus,2025-03-04\n',
    "a space before a quotation": ' "it hums",gus,2025-03-04\n',
    "a space after a quotation": '"it hums" ,gus,2025-03-04\n',
    "a line break and doubled marks": '"it\n""hums"", again",gus,2025-03-04\n',
    "a quotation of a quotation alone": '"""",gus,2025-03-04\n',
    "an empty quotation": '"",gus,2025-03-04\n',
    "nothing": ",,\n",
    "white space": " ,\u3000,\t\n",
    "an empty line": "\n",
    "a line of spaces": "  \n",
    "words for nothing": "NULL,NA,nan\n",
    "too few cells": "it hums,gus\n",
    "too many cells": "it hums,gus,2025-03-04,more\n",
    "a carriage return before the line feed": "it hums,gus,2025-03-04\r\n",
    "a lone carriage return": "it\rhums,gus,2025-03-04\n",
    "a carriage return in a quotation": '"it\r\nhums",gus,2025-03-04\n',
    "a null character": "it\0hums,gus,2025-03-04\n",
    "a quotation that is never closed": '"it hums,gus,2025-03-04\n',
    "half of a character": "it hums \udcc3,gus,2025-03-04\n",
}


def write(path: Path, text: str) -> Path:
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return path


def rows_by_arrow(path: Path) -> list[int]:
    """Return how many rows of each block Arrow reads, and -1 where csv must go on."""
    table = find_table(path, "utf-8-sig", frozenset({"Body"}).issubset)
    assert isinstance(table, Table)
    return [-1 if found is None else found.num_rows for found in arrow_csv.read_columns(table)]


@pytest.mark.parametrize("end", ["\n", "", "\n\n", "\r\n", '"'])
@pytest.mark.parametrize("odd", ODD_ROWS)
def test_an_odd_row_is_read_the_same_both_ways_wherever_it_stands(odd: str, end: str, tmp_path: Path):
    for place, text in enumerate((ROW + ODD_ROWS[odd] + ROW, ODD_ROWS[odd] + ROW, ROW + ODD_ROWS[odd])):
        file = write(tmp_path / f"{place}.csv", HEAD + text.removesuffix("\n") + end)
        many, one_by_one = both(file, TAMROW, mapping=MAP)
        assert many == one_by_one


def test_plain_and_quoted_rows_are_read_by_arrow_and_what_csv_takes_otherwise_is_left_to_it(tmp_path: Path):
    quoted = '"it ""hums"",\nagain",gus,2025-03-04\n'
    assert rows_by_arrow(write(tmp_path / "a.csv", HEAD + ROW + quoted)) == [2]
    assert rows_by_arrow(write(tmp_path / "b.csv", (HEAD + ROW + quoted).replace("\n", "\r\n"))) == [2]
    assert rows_by_arrow(write(tmp_path / "c.csv", "\ufeff" + HEAD + ROW + "\n,,\n" + ROW.rstrip())) == [1, 1]
    for odd in ("too few cells", "a null character", "a lone carriage return", "a quotation that is never closed"):
        assert rows_by_arrow(write(tmp_path / "d.csv", HEAD + ROW + ODD_ROWS[odd])) == [-1]


def test_csv_goes_on_where_arrow_stops_and_every_row_keeps_its_number(
    tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(arrow_csv, "BLOCK", 400)
    lines = [f'note {n},"gus, {n}",2025-03-04\n' for n in range(1, 101)]
    lines[70] = "cut off\n"
    file = write(tmp_path / "a.csv", HEAD + "".join(lines))
    read = rows_by_arrow(file)
    assert len(read) > 4 and read[-1] == -1 and 40 < sum(read[:-1]) < 71
    many, one_by_one = both(file, TAMROW, mapping=MAP)
    assert many == one_by_one and many[2] == 100
    counts = file_imports.import_file(workspace, file, TAMROW, mapping=MAP)
    assert (counts.read, counts.stored) == (100, 99)
    with connect(workspace.mentions) as con:
        assert con.execute("select row_number, payload ->> 'Body' from reject").fetchall() == [(71, "cut off")]
        kept = con.execute("select payload from raw where payload ->> 'Body' = 'note 7'").fetchall()
    assert kept == [('{"Body":"note 7","User":"gus, 7","Date":"2025-03-04"}',)]


def test_cells_are_kept_under_the_names_of_the_header_as_they_are_written(tmp_path: Path, workspace: Workspace):
    file = write(tmp_path / "a.csv", 'Body,User,Date,body,"say ""it""",,body\nit hums,gus,2025-03-04,NA,é,,more\n')
    file_imports.import_file(workspace, file, TAMROW, mapping=MAP)
    with connect(workspace.mentions) as con:
        ((payload,),) = con.execute("select payload from raw").fetchall()
    assert json.loads(payload) == {
        "Body": "it hums",
        "User": "gus",
        "Date": "2025-03-04",
        "body": "NA",
        'say "it"': "é",
        "": "",
        "body (2)": "more",
    }


def some_table(chance: random.Random) -> str:
    """Return a table of pieces that csv has rules for, in any order."""
    pieces = ('"', '""', ",", "\n", "a", " ", "\r\n", "é", '",', '\n"', "2025-03-04", "gus,", '","')
    return HEAD + "".join(chance.choice(pieces) for _ in range(chance.randrange(40)))


def test_a_thousand_tables_of_quotation_marks_and_commas_are_read_as_csv_reads_them(tmp_path: Path):
    taken = 0
    for case in range(1000):
        file = write(tmp_path / "a.csv", some_table(random.Random(case)))
        table = Table(file, "utf-8-sig", ",", ("Body", "User", "Date"), 1)
        rows = [list(record.values.values()) for record in table if record.problem is None]
        problems = any(record.problem for record in table)
        found = list(arrow_csv.read_columns(table))
        if None not in found:
            taken += 1
            assert not problems, case
            assert [list(row.values()) for part in found for row in part.to_pylist()] == rows, case
    assert taken > 40


OWN = {"id": "1", "brand": "TamrowBuild", "source": "x", "direction": "in", "kind": "mention", "at": "2025-03-04"}
ODD_LINES = (
    '{"id": "1",}',
    '{"id": NaN}',
    '{"more": NaN}',
    '{"more": -Infinity}',
    '{"more": nan}',
    '{"more": 1e999}',
    '{"more": 12345678901234567890123}',
    '{"more": "\\ud83d"}',
    '{"text": "\\ud83d\\ude42 \\u0000"}',
    '{"text": "one", "text": "two"}',
    '{"account": {"id": "1", "id": "2", "source": "x"}}',
    '{"more": 1, "more": 2}',
    '{"account": {"id": "1", "source": "x", "kind": null}}',
    '{"account": {"id": "1", "source": "x", "\\u006bind": null}}',
    '{"account": {"id": "1", "source": "x"}}',
    '{"account": null, "public": null, "addressed": null}',
    '{"account": {}}',
    '{"account": "gus"}',
    '{"public": false, "addressed": true}',
    '{"public": "false"}',
    '{"id": 7}',
    '{"text": " two  spaces "}',
    '{"more": ' + "[" * 600 + "]" * 600 + "}",
    '{"more": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "[1]",
    "7",
    "no JSON",
    "",
    "   ",
    '{"id": "8"} {"id": "9"}',
    '{"id":\n{"id": "8"}}',
    '{"id": "1"}\r',
    '{"text": "a\tb"}',
    '{"text": "half \udcc3"}',
)


def line_of(odd: str) -> str:
    """Return an odd object with what a touch needs before it, anything else as it is."""
    return json.dumps(OWN)[:-1] + ", " + odd[1:] if odd.startswith('{"') and odd != '{"id":\n{"id": "8"}}' else odd


@pytest.mark.parametrize("odd", ODD_LINES, ids=lambda odd: odd[:40])
def test_an_odd_line_of_json_is_read_the_same_both_ways(odd: str, tmp_path: Path):
    sound = json.dumps(OWN | {"text": "it hums", "account": {"id": "gus", "source": "x", "kind": "person"}})
    file = write(tmp_path / "a.jsonl", "\n".join([sound, line_of(odd), sound]))
    many, one_by_one = both(file, TAMROW)
    assert many == one_by_one


def test_odd_lines_cost_only_their_block_and_numbers_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(frames, "BLOCK", 300)
    lines = [json.dumps(OWN | {"id": str(n), "text": f"note {n}"}) for n in range(40)]
    lines[20] = "no JSON"
    lines.insert(10, "")
    file = write(tmp_path / "a.jsonl", "\n".join(lines))
    many, one_by_one = both(file, TAMROW)
    assert many == one_by_one and many[2] == 40
    assert [fate[0] for fate in many[0] if fate[1] == "reject"] == [21]


def test_lines_of_text_and_flags_are_read_by_arrow_and_kept_as_they_are(tmp_path: Path):
    line = (PAYLOADS / "orchard.jsonl").read_text(encoding="utf-8").splitlines()[0]
    file = write(tmp_path / "a.jsonl", f"{line}\n")
    name, records = sources.open_file(file)
    way = sources.find_way(name, records, TAMROW)
    assert way is not None
    (frame,) = way.frames
    assert set(way.paths) < set(frame.columns.column_names)
    (step,) = (step for step in bulk.read_steps(name, records, TAMROW) if step.rows)
    assert step.touches["payload"].to_pylist() == [line]


def test_a_line_of_no_brand_among_sound_ones_is_a_reject_and_nothing_else(tmp_path: Path):
    lines = [OWN, {key: value for key, value in OWN.items() if key != "brand"} | {"id": "2"}, OWN | {"id": "3"}]
    file = write(tmp_path / "a.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    many, one_by_one = both(file, TAMROW)
    assert many == one_by_one and many[1:] == (0, 3)
    assert [fate[:2] for fate in many[0]] == [(1, "touch"), (2, "reject"), (3, "touch")]


NUMBERS = (
    *("8", "-0", "-7", " 9 ", "null", "9223372036854775807", "9223372036854775808", "1.0", "1e3", "007", "+1"),
    *("true", '"8"', '" 8 "', '""', "[1]", "{}", "NaN"),
)


@pytest.mark.parametrize("number", NUMBERS)
def test_ids_that_are_numbers_are_read_the_same_both_ways(number: str, tmp_path: Path):
    line = '{"Id": %s, "Body": "it hums", "User": 900, "Date": "2025-03-04"}\n'
    file = write(tmp_path / "a.jsonl", line % 7 + line % number + line % 10)
    many, one_by_one = both(file, TAMROW, mapping=MAP | {"id": "Id"})
    assert many == one_by_one and many[2] == 3


def test_ids_that_are_all_numbers_are_read_by_arrow():
    line = '{"Id": 7, "Body": "it hums", "User": 900, "Date": "2025-03-04"}'
    found = arrow_json.read_lines(f"\n{line}\n{line}\n".encode(), pa.schema({"Id": pa.string(), "Body": pa.string()}))
    assert found is not None
    fields, lines = found
    assert fields.to_pylist() == [{"Id": 7, "Body": "it hums"}] * 2 and lines.to_pylist() == [line] * 2


def test_a_column_may_have_any_name(tmp_path: Path):
    file = write(tmp_path / "a.jsonl", '{"line": "it hums", "number": "gus", "payload": "2025-03-04"}\n' * 2)
    many, one_by_one = both(file, TAMROW, mapping={"text": "line", "author": "number", "at": "payload"})
    assert many == one_by_one and [fate[1] for fate in many[0]] == ["touch", "touch"]


@pytest.mark.parametrize("day", ["2025-03-04", "soon", "2025-03-04 05:06:07+02:00"])
def test_a_number_that_python_does_not_take_is_a_reject_whoever_reads_the_line(day: str, tmp_path: Path):
    sound = '{"Body": "it hums", "User": "gus", "Date": "2025-03-04"}\n'
    long = sound.replace("2025-03-04", day).replace("}", ', "more": ' + "9" * 4301 + "}")
    many, one_by_one = both(write(tmp_path / "a.jsonl", sound + long), TAMROW, mapping=MAP)
    assert many == one_by_one and many[0][1][1] == "reject"


def test_a_field_that_csv_does_not_take_is_none_for_arrow_wherever_it_lies(tmp_path: Path):
    long = "x" * (FIELD_LIMIT + 1) + ",gus,2025-03-04\n"
    many, one_by_one = both(write(tmp_path / "a.csv", HEAD + long + ROW), TAMROW, mapping=MAP)
    assert many == one_by_one and [fate[1] for fate in many[0]] == ["reject", "touch"]


def test_of_two_rows_with_one_id_the_first_is_kept_though_sql_leaves_it_to_python(
    tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(file_imports, "GROUP_ROWS", 1)  # a chunk ends between the two
    rows = "7,first,gus,2025-03-04 05:06:07+02:00\n7,second,gus,2025-03-04\n"
    once(workspace, write(tmp_path / "a.csv", "Id,Body,User,Date\n" + rows))
    with connect(workspace.mentions) as con:
        assert con.execute("select text from touch").fetchall() == [("first",)]


def test_a_file_with_a_name_of_any_bytes_is_imported(tmp_path: Path, workspace: Workspace):
    file = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.csv"))
    assert once(workspace, write(file, "Id,Body,User,Date\n1,it hums,gus,2025-03-04\n2,it hums,gus,soon\n")) == (1, 0)


def once(workspace: Workspace, file: Path, **options: Any) -> tuple[int, int]:
    counts = file_imports.import_file(workspace, file, TAMROW, mapping=MAP | {"id": "Id"}, **options)
    return counts.stored, counts.already


def test_no_touch_is_stored_twice_within_a_chunk_between_chunks_or_between_files(
    tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(arrow_csv, "BLOCK", 200)
    monkeypatch.setattr(file_imports, "CHUNK_ROWS", 20)
    rows = "".join(f"{n % 30},note {n % 30},gus,2025-03-04\n" for n in range(100))
    first = write(tmp_path / "a.csv", "Id,Body,User,Date\n" + rows)
    second = write(tmp_path / "b.csv", "Id,Body,User,Date\n99,another,gus,2025-03-04\n" + rows)
    assert once(workspace, first) == (30, 70)
    assert once(workspace, first) == (0, 100)
    assert once(workspace, second) == (1, 100)
    with connect(workspace.mentions) as con:
        for table in ("touch", "raw"):
            counted = f"select count(*), count(distinct (touch_id, brand)) from {table}"
            assert con.execute(counted).fetchall() == [(31, 31)]
