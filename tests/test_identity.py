"""Accounts of one person: what suggests it, who decides it, and that everything follows."""

import json
import math
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline import identity, journal, journal_changes, publish, reads, settings, store
from pipeline.contents import read_metric
from pipeline.file_cursors import FileCursor
from pipeline.identity_evidence import Suggestion, suggestions
from pipeline.metrics import METRICS
from pipeline.publish import ModelFacts
from pipeline.scores import Reading, save_scores
from pipeline.store import Workspace
from pipeline.touch import Account, Brand, Mapped, Record, Touch
from pipeline.typed import JournalError
from tests.conftest import orchard_here
from tests.worlds import save_outcomes

CHOSEN = settings.Settings(brand={"key": "b", "name": "B"})
START = datetime(2025, 1, 6)


def account(account_id: str, **more: Any) -> Account:
    source, native = account_id.split(":")
    return Account(account_id, source, more.pop("handle", native), more.pop("name", native.title()), **more)


def fill(place: Workspace, said: list[tuple[Account, float, str, str, bool]]) -> None:
    """Store touches (account, day, direction, text, addressed), and what a model would read in their texts."""
    mapped = [
        Mapped(
            Record(n, {}),
            Touch(
                *(f"{who.source}:{n}", who.source, "b", who, direction, "reply"),  # type: ignore[arg-type]
                *(START + timedelta(days=day), text, True, addressed, f"thread {who.id} {n // 3}"),
            ),
        )
        for n, (who, day, direction, text, addressed) in enumerate(said)
    ]
    brand = Brand("b", "B")
    save_outcomes(place, mapped, [], FileCursor("f.csv", "digest", brand, "mapped", len(said), finished=True))
    moods = {text: 0.05 + 0.9 * (hash_of(text) % 100) / 100 for _, _, _, text, _ in said}
    readings = [Reading(text, (1 - mood) * 0.9, 0.1, mood * 0.9) for text, mood in moods.items()]
    save_scores(place, "fixed", "b", readings)


def hash_of(text: str) -> int:
    """Return the number at the end of a text."""
    return int(text.split()[-1])


@pytest.fixture
def crowd(workspace: Workspace) -> Workspace:
    """Sixty people on two networks over a year, seeded, each with a leaning of their own."""
    chance = np.random.default_rng(7)
    said = []
    for n in range(60):
        who = account(f"{'x' if n % 2 else 'mastodon'}:p{n}")
        leaning = chance.uniform(10, 90)
        for _ in range(int(chance.integers(2, 8))):
            text = f"words {int(np.clip(chance.normal(leaning, 10), 0, 99))}"
            said.append((who, chance.uniform(0, 365), "out" if chance.random() < 0.3 else "in", text, True))
    fill(workspace, said)
    return workspace


def relate(place: Workspace, **more: Any) -> None:
    publish.relate(place, CHOSEN, ModelFacts("fixed"), **more)


def numbers(place: Workspace, name: str) -> list[dict]:
    return read_metric(place, name).to_pylist()


def person_of(place: Workspace, account_id: str) -> str:
    found = {row["person_id"] for row in numbers(place, "ledger") if row["account_id"] == account_id}
    assert len(found) == 1
    return str(found.pop())


def all_numbers(place: Workspace) -> dict[str, list[dict]]:
    return {name: numbers(place, name) for name in METRICS}


def differences(left: Any, right: Any, where: str = "") -> list[str]:
    """Return where two numbers differ; sums run in several threads, so their last digits may."""
    if isinstance(left, float) and isinstance(right, float):
        return [] if math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9) else [f"{where}: {left} and {right}"]
    if isinstance(left, dict) and isinstance(right, dict) and left.keys() == right.keys():
        return [each for key in left for each in differences(left[key], right[key], f"{where}/{key}")]
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        pairs = enumerate(zip(left, right, strict=True))
        return [each for n, (a, b) in pairs for each in differences(a, b, f"{where}/{n}")]
    return [] if left == right else [f"{where}: {left} and {right}"]


def heard(rows: list[dict]) -> dict[date, int]:
    """Return how many people the person-weighted index of each month counts."""
    return {r["period"]: r["people"] for r in rows if (r["grain"], r["weighting"]) == ("month", "person")}


def months_of(ledger: list[dict], account_id: str) -> set[date]:
    """Return the months in which an account said something that counts."""
    return {r["happened_at"].replace(day=1).date() for r in ledger if r["counts"] and r["account_id"] == account_id}


# One person, one voice


def test_a_merged_person_has_the_touches_of_both_accounts_and_one_voice_and_undo_restores_every_number(
    crowd: Workspace,
):
    relate(crowd)
    before = all_numbers(crowd)
    spoke = [r for r in before["ledger"] if r["counts"] and r["happened_at"] >= START + timedelta(days=335)]
    (first, second) = sorted({r["account_id"] for r in spoke})[:2]
    ids = {each: person_of(crowd, each) for each in (first, second)}
    change = identity.merge(crowd, first, second, "she told us", "Mags")
    relate(crowd)
    assert person_of(crowd, first) == person_of(crowd, second) == ids[first]
    people = {row["person_id"]: row for row in numbers(crowd, "person")}
    was = {row["person_id"]: row for row in before["person"]}
    assert set(was) - set(people) == {ids[second]}
    for number in ("touches_in", "touches_out"):
        assert people[ids[first]][number] == was[ids[first]][number] + was[ids[second]][number]
    spoke_in = {each: months_of(before["ledger"], each) for each in (first, second)}
    both = spoke_in[first] & spoke_in[second]
    assert both
    was_heard = heard(before["brand_index"])
    assert heard(numbers(crowd, "brand_index")) == {month: n - (month in both) for month, n in was_heard.items()}
    journal_changes.undo(crowd, change, "Mags")
    relate(crowd)
    assert differences(all_numbers(crowd), before) == []


def test_past_numbers_use_the_merges_as_they_stand_now(crowd: Workspace):
    day = START + timedelta(days=200)
    relate(crowd, as_of=day)
    people = len(numbers(crowd, "person"))
    (first, second) = sorted({row["account_id"] for row in numbers(crowd, "ledger")})[:2]
    identity.merge(crowd, first, second, "she told us", "Mags")
    relate(crowd, as_of=day)
    assert len(numbers(crowd, "person")) == people - 1


def test_the_first_of_the_earliest_merge_stands_for_all_and_a_split_frees_one(crowd: Workspace):
    a, b, c, d = (f"{'x' if n % 2 else 'mastodon'}:p{n}" for n in range(4))

    def mains() -> dict[str, str]:
        relate(crowd)
        return {row["account_id"]: row["main_account_id"] for row in numbers(crowd, "identity")}

    identity.merge(crowd, b, a, "r", "M")
    identity.merge(crowd, c, d, "r", "M")
    assert mains() == {a: b, b: b, c: c, d: c}
    joined = identity.merge(crowd, d, a, "r", "M")
    assert mains() == dict.fromkeys((a, b, c, d), b)
    with pytest.raises(JournalError, match=f"{c} and {b} are one person already"):
        identity.merge(crowd, c, b, "r", "M")
    with pytest.raises(JournalError, match=f"{c} – {d} – {a} – {b}: these merges would still join them"):
        identity.split(crowd, c, b, "r", "M")
    parted = identity.split(crowd, d, a, "not she", "M")
    assert mains() == {a: b, b: b, c: c, d: c}
    journal_changes.undo(crowd, parted, "M")
    assert mains() == dict.fromkeys((a, b, c, d), b)
    journal_changes.undo(crowd, joined, "M")
    assert mains() == {a: b, b: b, c: c, d: c}


def test_a_merge_with_an_account_that_is_gone_joins_nobody(crowd: Workspace):
    journal.save_merge(crowd, "x:p1", "x:gone", "r", "M")
    relate(crowd)
    assert numbers(crowd, "identity") == []
    assert len(numbers(crowd, "person")) == 60


# What follows


def test_name_groups_and_fruit_are_those_of_the_whole_person(workspace: Workspace):
    quiet, loud = account("bluesky:ana", name="Ana L"), account("x:analopez", name="Ana Lopez")
    fill(
        workspace,
        [(quiet, 0, "in", "words 90", False), (loud, 1, "in", "words 80", True), (quiet, 2, "in", "w 1", False)],
    )
    journal.save_members(workspace, ["bluesky:ana"], "list", "VIP", True, "M")
    bore = {"brand": "b", "kind": "renewal", "happened_at": START, "text": "", "author": "M"}
    journal.save_fruit(workspace, bore | {"account_id": "bluesky:ana", "for_account": "x:analopez"})
    relate(workspace)
    assert {row["name"] for row in numbers(workspace, "person")} - {"Ana Lopez"} != set()
    identity.merge(workspace, "x:analopez", "bluesky:ana", "her profile says so", "M")
    relate(workspace)
    (person,) = numbers(workspace, "person")
    assert (person["name"], person["account_id"], person["touches_in"]) == ("Ana Lopez", "x:analopez", 3)
    (fruit,) = numbers(workspace, "fruit")
    assert fruit["person_id"] == fruit["for_person_id"] == person["person_id"]
    assert {(row["what"], row["name"]) for row in numbers(workspace, "group_member")} == {
        ("list", "VIP"),
        ("source", "x"),
        ("source", "bluesky"),
    }
    relate(workspace, group=("list", "VIP"))
    assert {row["account_id"] for row in numbers(workspace, "ledger")} == {"bluesky:ana", "x:analopez"}
    journal.save_members(workspace, ["x:analopez"], "list", "VIP", False, "M")
    relate(workspace)
    assert numbers(workspace, "grouping") == []


def test_the_published_file_tells_accounts_and_reasons_of_people_who_are_named_and_finds_old_links(
    workspace: Workspace,
):
    ana = account("x:ana", link="https://ana.example", verified=True)
    other = account("bluesky:ana", email="ana@ana.example")
    zoe, zoes = account("x:zoe"), account("bluesky:zoe")
    said = [(who, day, "in", "words 90", who in (ana, other)) for day, who in enumerate((ana, other, zoe, zoes))]
    fill(workspace, said)
    relate(workspace)
    old = person_of(workspace, "bluesky:ana")
    change = identity.merge(workspace, "x:ana", "bluesky:ana", "she told us", "Mags")
    identity.merge(workspace, "x:zoe", "bluesky:zoe", "guess", "Mags")
    relate(workspace)
    publish.publish(workspace)
    with store.open_published(workspace.published) as con:
        person = reads.frame(con, "person_of", brand="b", person=old)["person_id"].tolist()
        assert person == [person_of(workspace, "x:ana")]
        accounts = reads.frame(con, "person_accounts", brand="b", person=person[0]).to_dict("records")
        (merge,) = reads.frame(con, "person_merges", brand="b", person=person[0]).to_dict("records")
        names = con.execute("select distinct account_id from pub.person_account").fetchall()
        reasons = con.execute("select reason from pub.person_merge").fetchall()
    shown = ("account_id", "main", "source", "handle", "name", "link", "email", "verified")
    assert [tuple(row[name] for name in shown) for row in accounts] == [
        ("x:ana", True, "x", "ana", "Ana", "https://ana.example", None, True),
        ("bluesky:ana", False, "bluesky", "ana", "Ana", None, "ana@ana.example", None),
    ]
    assert (merge["account_id"], merge["with_account_id"], merge["reason"]) == ("x:ana", "bluesky:ana", "she told us")
    assert merge["change_id"] == change
    assert sorted(names) == [("bluesky:ana",), ("x:ana",)]  # nobody addressed the brand as zoe
    assert reasons == [("she told us",)]


# Evidence


def row(account_id: str, **more: Any) -> dict[str, Any]:
    source, native = account_id.split(":")
    known = {"account_id": account_id, "person": account_id, "source": source, "handle": native, "name": None}
    return known | {"link": None, "email": None, "verified": False, "organisations": []} | more


@pytest.mark.parametrize("name", ["Bo", "bo_1"])
def test_who_is_known_by_number_and_from_a_file_by_handle_alone_comes_first(name: str):
    """As short as a handle may be: within one network it is nobody else's."""
    counted, bare = row("x:4711", handle=name), row(f"x:{name.lower()}", handle=f"@{name}")
    others = [row("bluesky:analopez"), row("x:analopez")]
    first, second = suggestions([*others, counted, bare])
    assert (first.account_id, first.with_account_id, first.confidence) == ("x:4711", f"x:{name.lower()}", 0.9)
    assert first.evidence == ("the same handle at one network, once without its number",)
    assert second.evidence == ("the same handle",) and first.mind is None


@pytest.mark.parametrize(
    "accounts",
    [
        [row("x:1", handle="ana"), row("x:2", handle="Ana"), row("x:ana")],  # given up, and taken by somebody else
        [row("x:1", handle="ana_"), row("x:ana")],  # a sign more is somebody else
        [row("x:1", handle="ana"), row("x:2", handle="ana")],
        [row("x:1", handle=None), row("x:", handle="")],
        [row("hand:ana"), row("hand:1", handle="ana")],
    ],
)
def test_a_handle_that_two_had_or_nobody_has_says_nothing(accounts: list[dict]):
    assert suggestions(accounts) == []


def test_a_file_of_handles_and_a_network_of_numbers_are_two_people_until_somebody_merges_them(workspace: Workspace):
    numbered = Account("x:4711", "x", "analopez", "analopez")
    fill(workspace, [(numbered, 1, "in", "words 90", True), (account("x:analopez"), 2, "in", "words 10", True)])
    relate(workspace)
    (found,) = json.loads(
        "[" + ",".join(orchard_here(workspace.folder, "identities", "--json").stdout.splitlines()) + "]"
    )
    assert (found["account_id"], found["with_account_id"]) == ("x:4711", "x:analopez")
    assert found["evidence"][0] == "the same handle at one network, once without its number"
    assert len(numbers(workspace, "person")) == 2


@pytest.mark.parametrize(
    ("first", "second", "evidence", "confidence"),
    [
        (row("bluesky:analopez"), row("x:AnaLopez"), ("the same handle",), 0.5),
        (row("mastodon:a", handle="analopez@social.example"), row("x:analopez"), ("the same handle",), 0.5),
        (row("bluesky:a", handle="analopez.bsky.social"), row("x:ana_lopez"), ("the same handle",), 0.5),
        (
            row("bluesky:analopez", name="Ana López"),
            row("x:analopez", name="ana lópez"),
            ("the same handle", "a similar name"),
            0.65,
        ),
        (
            row("bluesky:a", link="https://www.Ana.example/", verified=True),
            row("x:b", link="http://ana.example", verified=True),
            ("the same verified link",),
            0.9,
        ),
        (
            row("bluesky:a", link="https://ana.example", verified=True),
            row("x:b", link="ana.example?utm=1"),
            ("the same link",),
            0.6,
        ),
        (
            row("hand:a", email="Ana@b.example"),
            row("hand:b", email="ana@b.example "),
            ("the same e-mail address",),
            0.95,
        ),
        (
            row("bluesky:a", name="Lopez, Ana", organisations=["acme"]),
            row("x:b", name="Ana Lopez", organisations=["acme", "press"]),
            ("the same organisation and a similar name",),
            0.6,
        ),
    ],
)
def test_what_suggests_one_person_is_told_with_its_weight(first, second, evidence, confidence):
    (found,) = suggestions([first, second])
    assert (found.account_id, found.with_account_id) == (first["account_id"], second["account_id"])
    assert (found.evidence, found.confidence) == (evidence, confidence)


@pytest.mark.parametrize(
    "accounts",
    [
        [row("bluesky:ana"), row("x:ana")],  # so short a handle is many people's
        [row("bluesky:analopez", person="p"), row("x:analopez", person="p")],
        [row("x:one", link="ana.example"), row("x:two", link="ana.example")],  # one network, two accounts: two voices
        [row("bluesky:a", name="Ana Lopez"), row("x:b", name="Ana Lopez")],  # a name alone is many people's
        [row("bluesky:a", name="Ana", organisations=["acme"]), row("x:b", name="Bo", organisations=["acme"])],
        [row(f"s{n}:a", link="company.example") for n in range(6)],  # a company's page
    ],
)
def test_what_is_no_evidence_suggests_nothing(accounts: list[dict]):
    assert suggestions(accounts) == []


def test_a_pair_that_was_decided_is_not_suggested_again():
    accounts = [row("x:analopez"), row("bluesky:analopez"), row("mastodon:analopez")]
    found = suggestions(accounts, {("bluesky:analopez", "x:analopez")})
    assert [(each.account_id, each.with_account_id) for each in found] == [
        ("bluesky:analopez", "mastodon:analopez"),
        ("mastodon:analopez", "x:analopez"),
    ]


def test_terms_are_told_only_where_an_x_account_is_tied_to_somebody_off_x():
    found = suggestions([row("x:analopez"), row("bluesky:analopez"), row("mastodon:analopez")])
    assert [each.mind is not None for each in found] == [False, True, True]
    assert isinstance(found[0], Suggestion)


# The commands


@pytest.fixture
def folder(workspace: Workspace) -> Path:
    """A workspace with one likely person of two accounts, and one whom the brand does not know by name."""
    people = [account("x:analopez"), account("bluesky:analopez"), account("x:zoewild"), account("bluesky:zoewild")]
    fill(workspace, [(who, day, "in", "words 90", "ana" in who.id) for day, who in enumerate(people)])
    relate(workspace)
    return workspace.folder


def test_suggestions_are_listed_merged_undone_and_dismissed(folder: Path):
    def listed() -> list[dict]:
        return [json.loads(line) for line in orchard_here(folder, "identities", "--json").stdout.splitlines()]

    (found,) = listed()
    assert (found["account_id"], found["with_account_id"]) == ("bluesky:analopez", "x:analopez")
    assert (found["evidence"], found["confidence"]) == (["the same handle", "a similar name"], 0.65)
    shown = orchard_here(folder, "identities")
    assert "the same handle; a similar" in " ".join(shown.stdout.split())
    assert "X's developer terms forbid" in " ".join(shown.stderr.split())
    why = ("--reason", "she told us", "--author", "Mags")
    merged = orchard_here(folder, "merge", "x:analopez", "bluesky:analopez", *why)
    assert merged.returncode == 0 and "X's developer terms" in " ".join(merged.stderr.split())
    assert listed() == []
    assert orchard_here(folder, "undo", merged.stdout.strip(), "--author", "Mags").returncode == 0
    assert len(listed()) == 1
    assert orchard_here(folder, "split", "x:analopez", "bluesky:analopez", *why).returncode == 0
    assert listed() == []


def test_a_merge_with_nobody_is_refused(folder: Path):
    done = orchard_here(folder, "merge", "x:analopez", "x:nobody", "--reason", "r", "--author", "M")
    assert done.returncode == 1 and "no touch of 'x:nobody'" in " ".join(done.stderr.split())


def test_suggestions_need_numbers(workspace: Workspace):
    done = orchard_here(workspace.folder, "identities")
    assert done.returncode == 1 and "run relate or refresh first" in " ".join(done.stderr.split())
