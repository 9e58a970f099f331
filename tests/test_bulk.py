"""Many rows at once: SQL says of every row what Python says, or leaves it to Python; nothing is lost or said twice."""

import csv
import json
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import bulk, file_imports, sources
from pipeline.sources import frames
from pipeline.store import Workspace, connect
from pipeline.touch import ACCOUNT_KINDS, KINDS, Brand, Dates
from tests.both_ways import both
from tests.conftest import PAYLOADS, TAMROW

BRAND = Brand("tamrow", "Tamrow Büild", ("TamrowBuild", "tamrow_help"))
MAP = {"id": "Id", "text": "Body", "author": "User", "at": "Date", "name": "Name", "source": "Net", "direction": "Way"}
MAP |= {"kind": "What", "to": "To", "conversation": "Thread", "reply_to": "Answers", "url": "Link"}
SLOW = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)

# fmt: off
TEXTS = (
    "it hums", "", " ", "@TamrowBuild where is it", "@tamrowbuildé no", "ask @Tamrow_Help, now", "=1+1",
    "a@TAMROWBUILD", "@@tamrowbuild", "@tam\u212aow", "@tamrowbuild\U0001f642", " @9 late ", "\u3000wide\u3000", "ﬁne",
    "\x1cfile\x1f", "é", "two\nlines", 'a "quoted" word', "x" * 300, "\x85next", "@gus: it's, well",
    "@ TamrowBuild", "tea &amp; cake &lt;3", "&nbsp;", "&",
    "İstanbul @tamrowbuild", "\u200bthin", "@ﬁne @tamrowbuild", "@gus\u0301 hm",
)
NAMES = (
    "gus", "Gus", "@gus", " TamrowBuild ", "tamrow", "@ tamrow", "Tamrow Büild", "tamrow\u3000build", "Ünal", "12",
    "4.0", "", "@", "ß", "@@gus", "tamrow\tbuild", "900",
)
IDS = ("1", "", "2", "3", "3.0", "4", "10", "007", "a", ".0", " 5 ", "5,6", "é", "123456789012345678901")
TIMES = (
    "2025-03-04", "2025-03-04T05:06:07Z", "2025-03-04 05:06:07.123", "2025-03-04T05:06:07.123456+00:00", "soon", "",
    "2025-03-04T05:06", "2025-03-04T24:00:00", "2025-02-30", "2025-03-04Z", "1989-12-31 23:59:59", "2999-01-01",
    "epoch",
    "1741064767", "1741064767123",
    "Tue Oct 31 22:10:47 +0000 2017", "Mon Oct 31 22:10:47 +0000 2017", "Tue Feb 30 22:10:47 +0000 2017",
    "Tue Oct 31 22:10:60 +0000 2017", "Tue Oct 31 22:10:47 +0200 2017", "tue oct 31 22:10:47 +0000 2017", "13/04/2025",
    "Tue, 04 Mar 2025 05:06:07 GMT", "4 Mar 2025 05:06:07 +0200", "2025/03/04", "2025-03-04 05:06:07 UTC", "04-03-2025",
    "5 January 2025", "1.2.2025",
    "03/04/2025 05:06", "3/4/2025 5:06:07", "03/04/2025 05:06:07", "31.12.2024 23:59", "2025-03-04 05:06:07+02:00",
)
FLAGS = ("True", "False", "true", " FALSE ", "", "1", "ﬀalse")
# fmt: on
texts = st.sampled_from(TEXTS) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=30
)
names, ids, flags = st.sampled_from(NAMES), st.sampled_from(IDS), st.sampled_from(FLAGS)
times = st.sampled_from(TIMES) | st.datetimes().map(lambda at: at.isoformat(" "))
kinds = st.sampled_from(["", *KINDS, "Reply", "LIKE", "tweet", "ﬁle"])
ODD = (None, True, False, 0, 7, -0.0, 1.5, [1], {}, {"id": 1}, "", " ", "é", 10**25, "\ud83d")
odd = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.lists(st.integers(), max_size=2), st.just({"a": 1}), texts
)


def mostly(usual: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return usual values, and now and then one of another type."""
    return st.one_of(*[usual] * 9, odd)


def rows_of(fields: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(st.fixed_dictionaries(fields), max_size=25)


mapped_fields = {
    "Id": ids,
    "Body": texts,
    "User": names,
    "Date": times,
    "Name": names,
    "Net": names,
    "To": names,
    "What": kinds,
}
mapped_fields |= {"Way": st.sampled_from(["", "in", "Out", "up"]), "Thread": ids, "Answers": ids, "Link": texts}
twcs_fields = {"tweet_id": ids, "author_id": names, "inbound": flags, "created_at": times, "text": texts}
twcs_fields |= {"response_tweet_id": ids, "in_response_to_tweet_id": ids}
accounts = st.fixed_dictionaries(
    {},
    optional={
        "id": mostly(names),
        "source": mostly(names),
        "handle": mostly(names),
        "name": mostly(texts),
        "link": mostly(texts),
    }
    | {"kind": mostly(st.sampled_from(ACCOUNT_KINDS)), "email": mostly(texts), "verified": mostly(st.booleans())},
)
orchard_fields = {
    "id": ids,
    "brand": names,
    "source": names,
    "direction": st.sampled_from(["in", "out"]),
    "kind": st.sampled_from(KINDS),
}
orchard_fields |= {
    "at": times,
    "text": texts,
    "public": st.booleans(),
    "addressed": st.booleans(),
    "conversation": ids,
    "reply_to": ids,
}
orchard_fields |= {"url": texts, "by": names, "account": accounts}


def write_csv(path: Path, columns: list[str], rows: list[dict[str, Any]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return path


def write_lines(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@SLOW
@given(rows=rows_of(mapped_fields))
def test_a_mapped_table_is_read_the_same_both_ways(
    rows: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
):
    file = write_csv(tmp_path_factory.mktemp("mapped") / "a.csv", sorted(mapped_fields), rows)
    many, one_by_one = both(file, BRAND, mapping=MAP)
    assert many == one_by_one


@SLOW
@given(rows=rows_of({field: mostly(usual) for field, usual in mapped_fields.items()}))
def test_mapped_json_lines_are_read_the_same_both_ways(
    rows: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
):
    file = write_lines(tmp_path_factory.mktemp("mapped") / "a.jsonl", [dict.fromkeys(mapped_fields, "x"), *rows])
    many, one_by_one = both(file, BRAND, mapping=MAP)
    assert many == one_by_one


@SLOW
@given(rows=rows_of(twcs_fields))
def test_a_twcs_table_is_read_the_same_both_ways(rows: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory):
    file = write_csv(tmp_path_factory.mktemp("twcs") / "a.csv", sorted(twcs_fields), rows)
    many, one_by_one = both(file, BRAND)
    assert many == one_by_one


@SLOW
@given(rows=rows_of({field: mostly(usual) for field, usual in orchard_fields.items()}))
def test_orchard_lines_are_read_the_same_both_ways(
    rows: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
):
    file = write_lines(tmp_path_factory.mktemp("orchard") / "a.jsonl", [dict.fromkeys(orchard_fields, "x"), *rows])
    many, one_by_one = both(file, BRAND)
    assert many == one_by_one


def one_odd_value_each(sound: dict[str, Any], pools: dict[str, tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Return rows that are sound but for one field, with every value of its pool."""
    return [sound] + [sound | {field: value} for field, pool in pools.items() for value in pool]


def test_every_odd_value_in_a_row_that_is_sound_but_for_it_is_read_the_same_both_ways(tmp_path: Path):
    words = {
        "Body": TEXTS,
        "User": NAMES,
        "Date": TIMES,
        "Id": IDS,
        "To": NAMES,
        "Net": NAMES,
        "Way": ("Out", "up", "ｏut"),
    }
    rows = one_odd_value_each(
        {"Body": "it hums", "User": "gus", "Date": "2025-03-04"}, words | {"What": (*KINDS, "ﬁle")}
    )
    jsons = [
        *rows,
        *one_odd_value_each(rows[0], dict.fromkeys(mapped_fields, (None, True, 7, -0.0, 1.5, [1], {"a": 1}))),
    ]
    tweet = {"tweet_id": "1", "author_id": "900", "inbound": "True", "created_at": TIMES[14], "text": "@TamrowBuild hi"}
    answer = {"tweet_id": "2", "author_id": "TamrowBuild", "in_response_to_tweet_id": "1", "inbound": "False"}
    pools = {"text": TEXTS, "author_id": NAMES, "created_at": TIMES, "inbound": FLAGS, "tweet_id": IDS}
    tweets = one_odd_value_each(tweet, pools) + one_odd_value_each(tweet | answer, pools)
    own = {"id": "1", "brand": "tamrow", "source": "x", "direction": "in", "kind": "mention", "at": "2025-03-04"}
    anybody = {"id": "gus", "source": "x", "handle": "gus", "name": "Gus"}
    people = one_odd_value_each(anybody, dict.fromkeys((*anybody, "kind", "link", "email", "verified"), ODD))
    pools = {"account": (*people, *ODD), "text": TEXTS, "brand": NAMES, "at": TIMES} | dict.fromkeys(
        (*own, "public", "addressed", "by"), ODD
    )
    for file, mapping in (
        (write_csv(tmp_path / "a.csv", sorted(mapped_fields), rows), MAP),
        (write_lines(tmp_path / "a.jsonl", [dict.fromkeys(mapped_fields, "x"), *jsons]), MAP),
        (write_csv(tmp_path / "b.csv", sorted(twcs_fields), tweets), None),
        (write_lines(tmp_path / "b.jsonl", one_odd_value_each(own, pools)), None),
    ):
        for order in get_args(Dates) if file.name != "b.jsonl" else [""]:  # its own lines are in no doubt
            many, one_by_one = both(file, BRAND, mapping=mapping, dates=order)
            assert many == one_by_one


def test_dates_with_the_day_first_are_read_by_sql_too(tmp_path: Path):
    rows = [{"Body": "it hums", "User": "gus", "Date": f"{day:02}/10/2025 05:06"} for day in range(1, 32)]
    mapping = {"text": "Body", "author": "User", "at": "Date"}
    for file in (
        write_csv(tmp_path / "a.csv", ["Body", "User", "Date"], rows),
        write_lines(tmp_path / "a.jsonl", rows),
    ):
        found, records = sources.open_file(file, mapping=mapping)
        way = sources.find_way(found, records, TAMROW, mapping)
        assert way is not None and way.day_first
        with bulk.judging(TAMROW, way.day_first) as con:
            assert all(pc.all(bulk.judge(con, way, frame)["fits"]).as_py() for frame in way.frames)
        many, one_by_one = both(file, TAMROW, mapping=mapping)
        assert many == one_by_one
        assert [touch["happened_at"] for _, _, touch in many[0]] == [datetime(2025, 10, n, 5, 6) for n in range(1, 32)]


PLAIN = {
    "mapped.csv": "Body,User,Date\n" + '"@TamrowBuild it ""hums"", again",gus,2025-03-04 05:06:07\n' * 3,
    "mapped.jsonl": '{"Body": "it hums \\ud83d\\ude42", "User": 7, "Date": "2025-03-04T05:06:07Z"}\n' * 3,
    "twcs.csv": "tweet_id,author_id,inbound,created_at,text,response_tweet_id,in_response_to_tweet_id\n"
    "1,900,True,Tue Oct 31 22:10:47 +0000 2017,@TamrowBuild it hums,2,\n"
    "2,TamrowBuild,False,Tue Oct 31 22:20:47 +0000 2017,@900 How?,,1.0\n"
    "9,901,True,Tue Oct 31 22:20:47 +0000 2017,to somebody else,,\n",
    "orchard.jsonl": "".join((PAYLOADS / "orchard.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)[:3]),
}


@pytest.mark.parametrize("name", PLAIN)
def test_plain_rows_are_all_read_by_sql(name: str, tmp_path: Path):
    (tmp_path / name).write_text(PLAIN[name], encoding="utf-8")
    mapping = {"text": "Body", "author": "User", "at": "Date"} if "mapped" in name else None
    found, records = sources.open_file(tmp_path / name, mapping=mapping)
    way = sources.find_way(found, records, TAMROW, mapping)
    assert way is not None
    with bulk.judging(TAMROW) as con:
        fits = [pc.all(bulk.judge(con, way, frame)["fits"]).as_py() for frame in way.frames]
    assert fits == [True]


def test_frames_and_chunks_end_anywhere_and_nothing_is_lost_between_them(
    tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(frames, "FRAME_ROWS", 7)
    monkeypatch.setattr(frames, "SLICE_ROWS", 3)
    monkeypatch.setattr(file_imports, "CHUNK_ROWS", 10)
    monkeypatch.setattr(file_imports, "GROUP_ROWS", 4)
    rows = [{"Body": f"note {n}", "User": "gus", "Date": "2025-03-04" if n % 5 else "soon"} for n in range(53)]
    mapping = {"text": "Body", "author": "User", "at": "Date"}
    for file in (
        write_lines(tmp_path / "a.jsonl", rows),
        write_csv(tmp_path / "a.csv", ["Body", "User", "Date"], rows),
    ):
        many, one_by_one = both(file, TAMROW, mapping=mapping)
        assert many == one_by_one and many[1:] == (0, 53)
        counts = file_imports.import_file(workspace, file, TAMROW, mapping=mapping, source=file.suffix)
        assert (counts.read, counts.stored, counts.rejected) == (53, 42, {"not a date and time (column Date)": 11})
    with connect(workspace.mentions) as con:
        assert con.execute("select rows_read, rows_stored, finished from import").fetchall() == [(53, 42, True)] * 2
        assert con.execute("select count(*) from touch").fetchall() == [(84,)]
