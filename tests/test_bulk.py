"""Many rows at once: SQL says of every row what Python says, or leaves it to Python; nothing is lost or said twice."""

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import bulk, run, sources
from pipeline.sources import frames
from pipeline.sources.twcs import COLUMNS
from pipeline.store import Workspace, connect
from pipeline.touch import ACCOUNT_KINDS, KINDS, Brand
from tests.both_ways import both
from tests.conftest import PAYLOADS, TAMROW

BRAND = Brand("tamrow", "Tamrow Büild", ("TamrowBuild", "tamrow_help"))
MAP = {"id": "Id", "text": "Body", "author": "User", "at": "Date", "name": "Name", "source": "Net", "direction": "Way"}
MAP |= {"kind": "What", "to": "To", "conversation": "Thread", "reply_to": "Answers", "url": "Link"}
SLOW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)

texts = st.one_of(
    st.sampled_from(
        [
            *(
                "",
                " ",
                "@TamrowBuild where is it",
                "@tamrowbuildé no",
                "ask @Tamrow_Help, now",
                "@ TamrowBuild",
                "a@TAMROWBUILD",
            ),
            *(
                "@@tamrowbuild",
                "@tam\u212aow",
                "@tamrowbuild\U0001f642",
                " @9 late ",
                "\u3000wide\u3000",
                "\x1cfile\x1f",
                "é",
                "ﬁne",
            ),
            *(
                "two\nlines",
                'a "quoted" word',
                "x" * 300,
                "\x85next",
                "@gus: it's, well",
                "İstanbul @tamrowbuild",
                "=1+1",
                "\u200bthin",
            ),
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=30),
)
names = st.sampled_from(
    [
        "gus",
        "Gus",
        "@gus",
        " TamrowBuild ",
        "tamrow",
        "@ tamrow",
        "Tamrow Büild",
        "tamrow\u3000build",
        "Ünal",
        "12",
        "4.0",
        "",
        "@",
        "ß",
    ]
)
ids = st.sampled_from(
    ["", "1", "2", "3", "3.0", "4", "10", "007", "a", ".0", " 5 ", "5,6", "é", "123456789012345678901"]
)
times = st.one_of(
    st.sampled_from(
        [
            *(
                "2025-03-04",
                "2025-03-04T05:06:07Z",
                "2025-03-04 05:06:07.123",
                "2025-03-04T05:06:07.123456+00:00",
                "2025-03-04T05:06",
            ),
            *(
                "2025-03-04T24:00:00",
                "2025-02-30",
                "2025-03-04Z",
                "1989-12-31 23:59:59",
                "2999-01-01",
                "1741064767",
                "",
                "soon",
            ),
            *("Tue Oct 31 22:10:47 +0000 2017", "Mon Oct 31 22:10:47 +0000 2017", "Tue Feb 30 22:10:47 +0000 2017"),
            *(
                "Tue Oct 31 22:10:60 +0000 2017",
                "Tue Oct 31 22:10:47 +0200 2017",
                "tue oct 31 22:10:47 +0000 2017",
                "03/04/2025 05:06",
            ),
            *(
                "13/04/2025",
                "3/4/2025 5:06:07",
                "03/04/2025 05:06:07",
                "31.12.2024 23:59",
                "2025-03-04 05:06:07+02:00",
                "epoch",
            ),
        ]
    ),
    st.datetimes().map(lambda at: at.isoformat(" ")),
)
flags = st.sampled_from(["True", "False", "true", " FALSE ", "", "1", "ﬀalse"])
kinds = st.sampled_from(["", *KINDS, "Reply", "LIKE", "tweet", "ﬁle"])
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
