"""Offline touches and other words of people on the command line."""

import json
import shutil
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from pipeline import commands_journal, identity, journal, journal_changes, log, publish, settings, store
from pipeline.file_cursors import FileCursor
from pipeline.known import find_account
from pipeline.publish import ModelFacts
from pipeline.store import Workspace
from pipeline.touch import Account, Brand, Mapped, Record, Touch
from tests.conftest import orchard_here
from tests.worlds import save_outcomes

MET = ("log", "--kind", "call", "--direction", "out", "--text", "20 min", "--author", "Mags")
DAY = datetime(2025, 2, 1)
PEOPLE = {"x:ana": "Ana Lopez", "x:anna": "Anna Berg", "bluesky:berg": "Anna Berg"}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published workspace with three people whom the brand knows by name, and one whom it does not."""
    workspace = Workspace(tmp_path_factory.mktemp("known"))
    said = [*((account, name, True) for account, name in PEOPLE.items()), ("x:zoe", "Zoe Wild", False)]
    mapped = [
        Mapped(
            Record(n, {}),
            Touch(
                *(f"x:{n}", "x", "tamrow", Account(account, "x", account.split(":")[1], name), "in", "mention"),
                *(datetime(2025, 1, n + 1), "fine", True, named),
            ),
        )
        for n, (account, name, named) in enumerate(said)
    ]
    cursor = FileCursor("f.csv", "digest", Brand("tamrow", "Tamrow"), "mapped", 3, finished=True)
    save_outcomes(workspace, mapped, [], cursor)
    renew(workspace.folder)
    return workspace.folder


@pytest.fixture
def known(published: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may write to."""
    return Path(shutil.copytree(published, tmp_path / "known"))


def renew(folder: Path) -> None:
    publish.relate(Workspace(folder), settings.Settings(), ModelFacts("fixed"))
    publish.publish(Workspace(folder))


def ask(folder: Path, sql: str) -> list[tuple]:
    renew(folder)
    with store.open_published(Workspace(folder).published) as con:
        return con.execute(sql).fetchall()


def brand(*arguments: str) -> tuple[str, ...]:
    return (*arguments, "--brand", "tamrow")


def test_a_call_with_somebody_found_by_name_is_kept_listed_undone_and_put_back(known: Path):
    kept = orchard_here(known, *brand(*MET, "--person", "lopez", "--on", "2025-01-09", "--feeling", "positive"))
    assert kept.returncode == 0, kept.stderr
    assert "with x:ana" in kept.stderr
    change = kept.stdout.strip()
    calls = "select t.direction, t.text, t.said, t.counts from pub.touch t where t.kind = 'call'"
    assert ask(known, calls) == [("out", "20 min", 1.0, True)]
    undone = orchard_here(known, "undo", change, "--author", "Ed")
    assert undone.stdout == "1 rows taken back; the next refresh counts without them\n"
    assert ask(known, calls) == []
    (listed,) = orchard_here(known, "changes", "--json").stdout.splitlines()
    row = json.loads(listed)
    assert (row["change_id"], row["author"], row["undone_by"]) == (change, "Mags", "Ed")
    assert row["words"] == "call with x:ana on 09 Jan 2025 (positive): 20 min"
    assert "20 min" in orchard_here(known, "changes", "--account", "x:ana").stdout
    assert orchard_here(known, "redo", change, "--author", "Mags").returncode == 0
    assert len(ask(known, calls)) == 1


def test_somebody_new_is_one_change_with_the_touch_and_the_fruit_and_is_found_at_once(known: Path):
    new = ("--new", "Åsa Öst", "--email", "Asa@Example.org", "--fruit", "new business", "--on", "2025-01-09")
    kept = orchard_here(known, *brand(*MET, *new))
    assert kept.returncode == 0, kept.stderr
    again = orchard_here(known, *brand(*MET, "--person", "åsa", "--on", "2025-01-10"))
    assert "with hand:åsa-öst" in again.stderr
    people = "select name, account_id, source, role, touches_out, fruit from pub.person where source = 'hand'"
    assert ask(known, people) == [("Åsa Öst", "hand:åsa-öst", "hand", "person", 2, True)]
    orchard_here(known, "undo", again.stdout.strip(), "--author", "Mags")
    undone = orchard_here(known, "undo", kept.stdout.strip(), "--author", "Mags")
    assert undone.stdout.startswith("3 rows taken back")
    assert ask(known, people) == []
    assert ask(known, "select count(*) from pub.touch where source = 'hand'") == [(0,)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "say who it was, by one of --account source:id, --person NAME"),
        (("--person", "ana", "--account", "x:ana"), "say who it was, by one of"),
        (("--person", "ann"), "could be Anna Berg (bluesky:berg), Anna Berg (x:anna); choose with --account"),
        (("--person", "Anna Berg"), "could be Anna Berg (bluesky:berg), Anna Berg (x:anna)"),
        (("--person", "Zoe Wild"), "--person Zoe Wild: nobody whom tamrow knows by name"),
        (("--account", "x:nobody"), "no touch of 'x:nobody'"),
        (("--new", "!!"), "--new !!: no letter or digit"),
        (("--new", "Bo", "--email", "bo"), "email bo: it has the form name@place"),
        (("--account", "x:ana", "--email", "a@b"), "--email is of somebody new"),
        (("--account", "x:ana", "--on", f"{date.today() + timedelta(days=1)}"), "that day has not come"),
        (("--account", "x:ana", "--feeling", "glad"), "feeling glad: allowed are negative, neutral, positive"),
        (("--account", "x:ana", "--fruit", "luck"), "kind luck: allowed are friendship"),
        (("--account", "x:ana", "--text", " "), "text: it is empty"),
    ],
)
def test_what_cannot_be_logged_is_said_and_nothing_is_kept(arguments: tuple[str, ...], message: str, known: Path):
    done = orchard_here(known, *brand(*MET, *arguments))
    assert done.returncode == 1
    assert message in " ".join(done.stderr.split())
    assert journal_changes.read_changes(Workspace(known)) == []


def test_a_handle_is_as_good_as_a_name_and_a_new_name_is_taken_once(known: Path):
    assert "with x:anna" in orchard_here(known, *brand(*MET, "--person", "@anna")).stderr
    assert orchard_here(known, *brand(*MET, "--new", "Bo Li")).returncode == 0
    twice = orchard_here(known, *brand(*MET, "--new", "bo li"))
    assert twice.returncode == 1 and "there is hand:bo-li; give --account hand:bo-li" in " ".join(twice.stderr.split())


def test_the_account_of_somebody_who_was_taken_back_is_given_to_nobody_else(workspace: Workspace):
    first = log.save(workspace, "tamrow", log.Who("hand:jane", "Jane"), log.Met("call", "in", DAY, "hi"), "Mags")
    log.save(workspace, "tamrow", log.Who("hand:jane"), log.Met("call", "in", DAY, "again"), "Mags")
    journal_changes.undo(workspace, first, "Mags")
    with pytest.raises(store.StoreError, match="hand:jane was somebody who was taken back"):
        log.somebody_new(workspace, "Jane", None)


def test_accounts_that_were_merged_are_one_person_by_name(known: Path):
    place = Workspace(known)
    with pytest.raises(store.StoreError, match=r"could be Anna Berg \(bluesky:berg\), Anna Berg \(x:anna\)"):
        find_account(place, "tamrow", "anna berg")
    identity.merge(place, "x:anna", "bluesky:berg", "she says so", "Mags")
    assert find_account(place, "tamrow", "anna berg") in ("x:anna", "bluesky:berg")
    log.save(place, "tamrow", log.Who("hand:anna-berg", "Anna Berg"), log.Met("call", "in", DAY, "hi"), "Mags")
    identity.merge(place, "x:anna", "hand:anna-berg", "same", "Mags")
    renew(known)
    assert find_account(place, "tamrow", "anna berg") == "x:anna"
    with pytest.raises(store.StoreError, match="--person: it is empty"):
        find_account(place, "tamrow", " ")


def test_a_brand_must_be_known_and_the_own_one_need_not_be_named(known: Path):
    asked = " ".join(orchard_here(known, *MET, "--person", "lopez").stderr.split())
    assert "--brand is needed, since brand.toml names no brand of its own; there are: tamrow" in asked
    (known / "brand.toml").write_text('[brand]\nkey = "tamrow"\nname = "Tamrow"\n')
    assert orchard_here(known, *MET, "--person", "lopez").returncode == 0


def test_notes_and_annotations_are_kept(known: Path):
    note = orchard_here(known, *brand("note", "--person", "lopez", "--text", "likes oak", "--author", "Mags"))
    assert note.returncode == 0, note.stderr
    day = orchard_here(known, *brand("annotate", "--on", "2025-03-01", "--text", "new website", "--author", "Mags"))
    assert day.returncode == 0, day.stderr
    rows = [json.loads(line) for line in orchard_here(known, "changes", "--json").stdout.splitlines()]
    assert [(row["change_id"], row["words"]) for row in rows] == [
        (day.stdout.strip(), "note on 01 Mar 2025, tamrow: new website"),
        (note.stdout.strip(), "note about x:ana: likes oak"),
    ]


def test_a_note_is_about_somebody_whom_the_brand_has_met(known: Path, in_workspace: Callable[[Workspace], None]):
    (known / "brand.toml").write_text("[brand]\nkey = 'tamrow'\nname = 'Tamrow'\n[[competitors]]\nkey='q'\nname='Q'")
    in_workspace(Workspace(known))
    with pytest.raises(store.StoreError, match="no touch of 'x:ana' with q"):
        commands_journal.note("likes oak", "Mags", account="x:ana", brand="q")
    commands_journal.note("likes oak", "Mags", account="x:ana")


def test_a_fruit_brings_somebody_else_if_it_is_a_referral_or_an_introduction(
    known: Path, in_workspace: Callable[[Workspace], None]
):
    place = Workspace(known)
    in_workspace(place)
    fruit = partial(commands_journal.fruit, "tamrow", on=DAY, author="Mags", account="x:anna")
    with pytest.raises(store.StoreError, match=r"--kind renewal: allowed are referral, introduction"):
        fruit(kind="renewal", brought="x:ana")
    with pytest.raises(store.StoreError, match="--brought x:anna: that is the person themself"):
        fruit(kind="referral", brought="x:anna")
    identity.merge(place, "x:anna", "bluesky:berg", "she says so", "Mags")
    with pytest.raises(store.StoreError, match="--brought bluesky:berg: that is the person themself"):
        fruit(kind="referral", brought="bluesky:berg")
    fruit(kind="introduction", brought="x:ana")


def test_a_list_of_changes_names_how_many_there_are(
    known: Path, in_workspace: Callable[[Workspace], None], capsys: pytest.CaptureFixture[str]
):
    place = Workspace(known)
    in_workspace(place)
    for number in range(3):
        journal.save_note(place, "tamrow", "x:ana", f"note {number}", "Mags")
    commands_journal.changes(many=2)
    assert capsys.readouterr().out.splitlines()[-1] == "2 of 3 rows"
    assert journal_changes.count_changes(place, "tamrow", ["x:anna"]) == 0
