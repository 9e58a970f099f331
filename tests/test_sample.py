"""The shipped sample: large and varied enough, fictional, and with the stories that its README promises."""

import json
import re
from collections import Counter
from datetime import datetime

import pytest

from pipeline import file_imports, sample, settings, store
from pipeline.store import Workspace
from tests.conftest import ROOT

SAMPLE = ROOT / "data" / "sample"
TOUCHES = [json.loads(line) for line in (SAMPLE / "touches.jsonl").read_text(encoding="utf-8").splitlines()]
VALUE = {"positive": 1, "neutral": 0, "negative": -1}


def feeling(handle: str, start: str = "2024", until: str = "2027", brand: str = "tamrow") -> float:
    """Return the mean of the author's labels of one account between two dates."""
    found = [
        VALUE[t["label"]]
        for t in TOUCHES
        if "label" in t and t["account"]["handle"] == handle and t["brand"] == brand and start <= t["at"] < until
    ]
    return sum(found) / len(found)


def test_it_is_large_and_varied_enough():
    accounts = {(t["account"]["source"], t["account"]["id"]): t["account"]["kind"] for t in TOUCHES}
    assert sum(kind in ("person", "organisation") for kind in accounts.values()) >= 70
    assert len(TOUCHES) >= 1200
    assert min(Counter(t["direction"] for t in TOUCHES).values()) >= 400
    assert len({t["source"] for t in TOUCHES}) >= 5
    assert sum(t["kind"] in ("call", "meeting", "gift", "introduction", "note") for t in TOUCHES) >= 100
    days = [datetime.fromisoformat(t["at"]) for t in TOUCHES]
    assert (max(days) - min(days)).days >= 700


def test_no_two_texts_are_alike_nor_made_from_one_mould():
    words = [re.findall(r"\w+", t["text"].lower()) for t in TOUCHES if t.get("text")]
    assert len({" ".join(w) for w in words}) == len(words)
    runs = Counter(run for w in words for run in {tuple(w[i : i + 7]) for i in range(len(w) - 6)})
    assert not [run for run, many in runs.items() if many > 1]


def test_every_inbound_text_has_its_authors_label_and_nothing_else_has():
    for t in TOUCHES:
        spoken = t["direction"] == "in" and t["kind"] in ("mention", "reply", "quote", "message")
        assert ("label" in t) == spoken, t["id"]


def test_every_line_is_a_touch_and_the_counts_are_those_of_the_readme(workspace: Workspace):
    for brand in settings.load(SAMPLE).brand_settings():
        counts = file_imports.import_file(workspace, SAMPLE / "touches.jsonl", brand.to_brand())
        assert counts.read == len(TOUCHES) and not counts.rejected
    with store.connect(workspace.mentions) as con:
        assert con.execute("select count(*) from touch").fetchall() == [(len(TOUCHES),)]
    assert f"{len(TOUCHES):,} touches" in (SAMPLE / "README.md").read_text(encoding="utf-8")


def test_a_complaint_is_repaired():
    assert feeling("priyaraman", "2026-01-10", "2026-03-01") < -0.6
    assert feeling("priyaraman", "2026-05-01") > 0.6


def test_a_friend_goes_quiet():
    times = {
        d: [t["at"] for t in TOUCHES if t["account"]["name"] == "Tomas Wieland" and t["direction"] == d]
        for d in ("in", "out")
    }
    assert max(times["in"]) < "2026-05"
    assert sum(at > max(times["in"]) for at in times["out"]) >= 3


def test_a_stranger_becomes_a_referrer():
    hers = [t for t in TOUCHES if t["account"]["name"] == "Odette Marsh"]
    referred = {t["account"]["name"] for t in TOUCHES} & {"Bettina Faulk", "Sam Okonjo", "Rui Tavares"}
    assert len(referred) == 3
    assert sum(t["kind"] == "introduction" and t["direction"] == "in" for t in hers) >= 2


def test_one_loud_person_weighs_on_the_posts_but_not_on_the_people():
    autumn = [t for t in TOUCHES if "label" in t and t["brand"] == "tamrow" and "2025-09" <= t["at"] < "2025-12"]
    grant = [t for t in autumn if t["account"]["name"] == "Grant Holloway"]
    assert len(grant) > 40
    by_person: dict[str, list[int]] = {}
    for t in autumn:
        by_person.setdefault(t["account"]["name"], []).append(VALUE[t["label"]])
    posts = sum(VALUE[t["label"]] for t in autumn) / len(autumn)
    people = sum(sum(v) / len(v) for v in by_person.values()) / len(by_person)
    assert posts < people - 0.3


@pytest.mark.parametrize(("month", "bad"), [("2026-04", False), ("2026-06", True), ("2026-10", False)])
def test_the_competitor_has_one_bad_month(month: str, bad: bool):
    negative = [
        t for t in TOUCHES if t["brand"] == "quillstone" and t["at"][:7] == month and t.get("label") == "negative"
    ]
    assert (len(negative) >= 40) == bad


def test_the_labels_of_the_team_are_those_that_the_authors_meant(workspace: Workspace):
    meant = {(t["brand"], f"{t['source']}:{t['id']}"): t["label"] for t in TOUCHES if "label" in t}
    assert sample.write_labels(workspace, SAMPLE, "Mo") == 300
    with store.connect(workspace.journal) as con:
        said = con.execute("select brand, touch_id, label from label where drawn and author = 'Mo'").fetchall()
    assert len(said) == 300
    assert [row for row in said if meant[row[0], row[1]] != row[2]] == []
