"""The engine as a whole, on the shipped sample: past days, groups, fruit, and the commands that show numbers."""

import csv
import json
import shutil
from datetime import datetime
from pathlib import Path

import pytest

from models.catalog import card
from pipeline import file_imports, journal, publish, readings, run, settings, store
from pipeline.contents import read_metric
from pipeline.metrics import METRICS
from pipeline.publish import ModelFacts
from pipeline.store import Workspace
from tests.conftest import TAMROW, orchard_here

# The part of the index that does not hold how sure the correction of the model is: that is told as of today.
INDEX = ("brand", "period", "weighting", "estimate", "se", "n_eff", "low", "high", "people", "mentions")


@pytest.fixture
def copy(sample: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the sample that a test may change."""
    shutil.copytree(sample.folder, tmp_path / "copy")
    return Workspace(tmp_path / "copy")


def numbers(place: Workspace, name: str) -> list[dict]:
    return read_metric(place, name).to_pylist()


def some_account(place: Workspace) -> str:
    """Return an account of a person who has a stage with the own brand: the same one whatever the ids of persons."""
    staged = {row["person_id"] for row in numbers(place, "stage") if row["brand"] == "tamrow"}
    named = [row for row in numbers(place, "person") if row["account_id"]]
    return min(str(row["account_id"]) for row in named if row["person_id"] in staged)


def rounded(row: dict) -> tuple:
    return tuple(round(value, 9) if isinstance(value, float) else value for value in row.values())


def told(row: dict) -> dict:
    """Return a row without what holds the error of the level, which is known better as labels and mentions come."""
    return {name: value for name, value in row.items() if name not in ("sd", "warmth_low", "warmth_high")}


@pytest.mark.parametrize("day", [datetime(2025, 10, 1), datetime(2026, 5, 1)])
def test_numbers_of_a_past_day_are_those_that_the_snapshots_tell(day: datetime, copy: Workspace, model: readings.Model):
    facts = ModelFacts(model.version, card())
    whole = {name: numbers(copy, name) for name in ("stage_month", "warmth_month", "brand_index")}
    publish.relate(copy, settings.load(copy.folder), facts, day)
    assert max(row["happened_at"] for row in numbers(copy, "ledger")) < day
    for name in ("stage_month", "warmth_month"):
        then = {rounded(told(row)) for row in whole[name] if row["month"] < day.date()}
        assert len(then) > 100
        assert {rounded(told(row)) for row in numbers(copy, name)} == then
    months = (
        [row for row in rows if row["grain"] == "month" and row["period"] < day.date()]
        for rows in (numbers(copy, "brand_index"), whole["brand_index"])
    )
    now, before = ({rounded({name: row[name] for name in INDEX}) for row in rows} for rows in months)
    assert now == before


def test_every_number_is_printed_as_a_table_as_csv_and_as_json(copy: Workspace):
    listed = orchard_here(copy.folder, "metrics")
    assert [line.split()[0] for line in listed.stdout.splitlines()] == list(METRICS)
    shown = orchard_here(copy.folder, "metrics", "stage")
    assert "since" in shown.stdout and " rows" in shown.stdout
    rows = list(csv.DictReader(orchard_here(copy.folder, "metrics", "stage", "--csv").stdout.splitlines()))
    again = [json.loads(line) for line in orchard_here(copy.folder, "metrics", "stage", "--json").stdout.splitlines()]
    assert len(rows) == len(again) == len(numbers(copy, "stage")) > 100
    assert [row["stage"] for row in rows] == [row["stage"] for row in again]


def test_a_number_without_rows_is_no_line_of_json(copy: Workspace):
    assert orchard_here(copy.folder, "metrics", "fruit", "--json").stdout == ""


def test_a_number_that_is_not_there_is_named(workspace: Workspace):
    unknown = orchard_here(workspace.folder, "metrics", "mood")
    assert unknown.returncode == 1 and "metrics mood: unknown; there are: role," in unknown.stderr.replace("\n", " ")
    early = orchard_here(workspace.folder, "metrics", "stage")
    assert early.returncode == 1 and "run relate or refresh first" in early.stderr


def test_text_that_a_spreadsheet_would_run_is_disarmed(copy: Workspace):
    from io import StringIO

    import pyarrow as pa

    from pipeline import tables

    out = StringIO()
    tables.write_csv(pa.table({"text": ["=1+1", "@tamrow hi", "fine"], "n": [-1, 2, 3]}), out)
    assert out.getvalue() == "text,n\n'=1+1,-1\n'@tamrow hi,2\nfine,3\n"


def test_fruit_is_kept_counted_and_taken_back(copy: Workspace):
    account = some_account(copy)
    bore = ("fruit", "--brand", "tamrow", "--kind", "referral", "--on", "2026-10-01", "--author", "Mags")
    kept = orchard_here(copy.folder, *bore, "--account", account, "--text", "brought her brother")
    assert kept.returncode == 0, kept.stderr
    orchard_here(copy.folder, "relate")
    (fruit,) = numbers(copy, "fruit")
    assert (fruit["kind"], fruit["fruit_id"], fruit["text"]) == ("referral", kept.stdout.strip(), "brought her brother")
    (flagged,) = [row for row in numbers(copy, "stage") if row["fruit"]]
    assert flagged["person_id"] == fruit["person_id"]
    assert orchard_here(copy.folder, "withdraw", kept.stdout.strip(), "--author", "Mags").returncode == 0
    orchard_here(copy.folder, "relate")
    assert numbers(copy, "fruit") == []
    twice = orchard_here(copy.folder, "withdraw", kept.stdout.strip(), "--author", "Mags")
    assert twice.returncode == 1 and "or it was taken back" in twice.stderr
    by_name = orchard_here(copy.folder, *bore, "--person", "Priya Raman")
    of_priya = orchard_here(copy.folder, "changes", "--account", "x:priyaraman", "--json").stdout.splitlines()
    assert by_name.returncode == 0 and "referral" in json.loads(of_priya[0])["words"].casefold()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"--kind": "luck"}, "--kind luck: allowed are friendship,"),
        ({"--account": "x:nobody"}, "no touch of 'x:nobody'"),
        ({"--account": "x:finnmakesrooms"}, "no touch of 'x:finnmakesrooms' with tamrow"),
        ({"--person": "Priya Raman"}, "say who it was, by one of --account source:id, --person NAME"),
    ],
)
def test_a_fruit_that_cannot_be_is_refused(changed: dict, message: str, copy: Workspace):
    given = {
        "--brand": "tamrow",
        "--kind": "referral",
        "--on": "2026-10-01",
        "--author": "M",
        "--account": "x:mireilletan",
    }
    done = orchard_here(copy.folder, "fruit", *[word for pair in (given | changed).items() for word in pair])
    assert done.returncode == 1
    assert message in done.stderr.replace("\n", " ")


def test_groups_of_the_settings_have_a_feeling_of_their_own(copy: Workspace, model: readings.Model):
    file = copy.folder / "brand.toml"
    people = sorted(
        row["account_id"] for row in numbers(copy, "person") if row["brand"] == "tamrow" and row["account_id"]
    )
    file.write_text(file.read_text() + f"\n[kinds]\ncustomer = {json.dumps(people[:40])}\n", encoding="utf-8")
    publish.relate(copy, settings.load(copy.folder), ModelFacts(model.version, card()))
    found = [row for row in numbers(copy, "group_index") if row["name"] == "customer" and row["grain"] == "month"]
    assert 0 < max(row["people"] for row in found) <= 40
    banded = [row for row in found if row["se"] is not None]
    assert all(row["low"] <= max(-1, min(1, row["estimate"])) <= row["high"] for row in banded)
    assert all(row["low_level"] <= row["low"] and row["high"] <= row["high_level"] for row in banded)
    assert any(row["low_level"] < row["low"] for row in banded)  # the card's own error is in the band of a level


def test_the_newest_word_on_a_group_wins_over_the_settings(copy: Workspace, model: readings.Model):
    account = some_account(copy)
    belongs = ("group", "--account", account, "--what", "list", "--name", "VIP", "--author", "Mags")

    def lists() -> list[str]:
        publish.relate(copy, settings.load(copy.folder), ModelFacts(model.version, card()))
        return [row["account_id"] for row in numbers(copy, "grouping") if row["name"] == "VIP"]

    assert orchard_here(copy.folder, *belongs).returncode == 0
    assert lists() == [account]
    assert orchard_here(copy.folder, *belongs, "--leave").returncode == 0
    assert lists() == []


def test_every_number_can_be_of_one_group_alone_and_says_so(copy: Workspace):
    everybody = numbers(copy, "ledger")
    assert orchard_here(copy.folder, "relate", "--group", "source:mastodon").returncode == 0
    ledger = numbers(copy, "ledger")
    assert {row["source"] for row in ledger} == {"mastodon"}
    assert len(ledger) == sum(row["source"] == "mastodon" for row in everybody)
    assert {row["person_id"] for row in numbers(copy, "stage")} <= {row["person_id"] for row in ledger}
    publish.publish(copy)
    with store.open_published(copy.published) as con:
        assert con.execute("select only_group from pub.meta").fetchall() == [("source mastodon",)]


def test_a_group_is_answered_by_what_we_say_to_nobody_in_particular(workspace: Workspace, tmp_path: Path):
    """Its own people's numbers are the same as among everybody."""
    told = {"brand": TAMROW.key, "source": "x", "kind": "reply", "public": True, "conversation": "t"}
    ann, other = ({"id": name, "source": "x", "handle": name, "name": name, "kind": "person"} for name in ("ann", "bo"))
    rows = [
        told | {"id": "1", "direction": "in", "at": "2026-01-01T10:00:00Z", "text": "hello?", "account": ann},
        told | {"id": "2", "direction": "out", "at": "2026-01-01T11:00:00Z", "text": "yes, you all", "account": None},
        told | {"id": "3", "direction": "out", "at": "2026-01-01T12:00:00Z", "text": "you too", "account": other},
        told | {"id": "4", "direction": "in", "at": "2026-01-02T10:00:00Z", "text": "thank you", "account": ann},
    ]
    file = tmp_path / "touches.jsonl"
    file.write_text("".join(json.dumps(row | {"addressed": True}) + "\n" for row in rows))
    file_imports.import_file(workspace, file, TAMROW)
    chosen = settings.Settings(lists={"vip": ("ann",)})
    whole, alone = [], []
    for found, group in ((whole, None), (alone, ("list", "vip"))):
        run.relate(workspace, chosen, ModelFacts("fixed"), group=group)
        found += [row for row in numbers(workspace, "ledger") if row["account_id"] == "x:ann"]
        found += [row for row in numbers(workspace, "answer") if row["direction"] == "ours"]
    assert alone == whole and [row["unprompted"] for row in whole[:2]] == [True, False]


def test_at_one_moment_they_spoke_first_and_a_list_knows_a_handle_with_or_without_its_at(
    workspace: Workspace, tmp_path: Path
):
    told = {"brand": TAMROW.key, "source": "x", "kind": "reply", "public": True, "addressed": True}
    told |= {"at": "2026-01-01T00:00:00Z"}
    ann, bot = (
        {"id": name, "source": "x", "handle": f"@{name}", "name": name, "kind": "person"} for name in ("an", "bo")
    )
    rows = [
        told | {"id": "1", "direction": "out", "text": "yes", "account": ann, "conversation": "t"},
        told | {"id": "2", "direction": "in", "text": "hello?", "account": ann, "conversation": "t"},
        told | {"id": "3", "direction": "in", "text": "weather", "account": bot, "conversation": "u"},
    ]
    file = tmp_path / "touches.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    file_imports.import_file(workspace, file, TAMROW)
    fruit = {"account_id": "x:an", "brand": TAMROW.key, "kind": "renewal", "text": "", "author": "Mo"}
    journal.save_fruit(workspace, fruit | {"happened_at": datetime(2026, 1, 1, 12)})
    run.relate(workspace, settings.Settings(bots=("bo",), lists={"vip": ("an",)}), ModelFacts("fixed"))
    assert {row["touch_id"]: row["unprompted"] for row in numbers(workspace, "ledger")} == {
        "x:1": False,
        "x:2": True,
        "x:3": True,
    }
    assert {row["account_id"]: row["role"] for row in numbers(workspace, "role")} == {"x:an": "person", "x:bo": "bot"}
    assert [row["account_id"] for row in numbers(workspace, "grouping")] == ["x:an"]
    assert len(numbers(workspace, "fruit")) == 1  # of a day after the last touch, which the numbers are as of


def test_a_day_before_the_first_touch_is_refused_and_the_numbers_stay(copy: Workspace):
    before = len(numbers(copy, "person"))
    done = orchard_here(copy.folder, "relate", "--as-of", "2001-01-01")
    assert done.returncode == 1 and "nothing is known of the time before 02 Jan 2001" in done.stderr
    assert len(numbers(copy, "person")) == before > 0


@pytest.mark.parametrize(
    ("group", "message"),
    [
        ("tribe:us", "write one of kind:NAME,"),
        ("list:", "write one of"),
        ("list:none", "there is nobody of list 'none'"),
    ],
)
def test_a_group_that_is_not_there_is_named_and_nothing_is_lost(group: str, message: str, copy: Workspace):
    before = len(numbers(copy, "person"))
    done = orchard_here(copy.folder, "relate", "--group", group)
    assert done.returncode == 1 and message in done.stderr.replace("\n", " ")
    assert len(numbers(copy, "person")) == before
