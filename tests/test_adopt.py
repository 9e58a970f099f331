"""A brand that was imported by its name, and is called so by a later brand.toml."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from pipeline import file_imports, journal, journal_reads, publish, run, settings, store
from pipeline.contents import read_imported
from pipeline.publish import ModelFacts
from pipeline.store import Workspace
from tests.test_store import Fixed, cursor, said
from tests.worlds import save_outcomes

MAP = {"text": "Body", "author": "User", "at": "Date"}
LATER = """
[brand]
key = "myco"
name = "My Company"

[[sources]]
type = "file"
brand = "my company"
path = "*.csv"
map = {text = "Body", author = "User", at = "Date"}
"""


def rows(place: Workspace, query: str) -> list[tuple]:
    with store.connect(place.mentions) as con:
        return con.execute(query).fetchall()


def refreshed(place: Workspace) -> list[str]:
    return run.refresh(place, settings.load(place.folder), Fixed, lambda: ModelFacts("fixed"))


def test_what_was_imported_by_a_name_is_of_the_brand_that_is_called_so_later(workspace: Workspace, tmp_path: Path):
    workspace.folder.mkdir(parents=True)
    file = workspace.folder / "first.csv"
    file.write_text("Body,User,Date\nhello,ann,2025-01-02\nagain,bob,2025-01-03\n")
    brand = settings.load(workspace.folder).find_brand("My Company")
    file_imports.import_file(workspace, file, brand, mapping=MAP)
    refreshed(workspace)
    journal.save_annotation(workspace, "My Company", datetime(2025, 1, 3).date(), "new website", "Mo")
    (workspace.folder / "brand.toml").write_text(LATER)
    (workspace.folder / "second.csv").write_text("Body,User,Date\nhello,ann,2025-01-02\nnew,ann,2025-02-02\n")
    said = refreshed(workspace)
    assert "what was imported as 'My Company' is of 'myco' now, as brand.toml says" in said
    assert rows(workspace, "select brand, text from touch order by happened_at") == [
        ("myco", "hello"),
        ("myco", "again"),
        ("myco", "new"),
    ]
    assert rows(workspace, "select distinct brand from score") == [("myco",)]
    assert rows(workspace, "select brand, people from derived.spread") == [("myco", 2)]
    assert {brand for _, brand in read_imported(workspace)} == {"myco"}
    with store.connect(workspace.journal) as con:
        assert con.execute("select brand, text from annotation").fetchall() == [("myco", "new website")]
    assert not [line for line in refreshed(workspace) if "is of" in line or "stored of" in line]
    journal.save_note(workspace, "My Company", "file:ann", "typed on a page of before", "Mo")
    assert "what was typed of 'My Company' is of 'myco' now, as brand.toml says" in refreshed(workspace)
    assert [row["text"] for row in journal_reads.read_notes(workspace, "myco")] == ["typed on a page of before"]
    assert not [line for line in refreshed(workspace) if "is of" in line]


def test_a_brand_that_was_adopted_is_published_by_its_name(workspace: Workspace):
    workspace.folder.mkdir(parents=True)
    file = workspace.folder / "first.csv"
    file.write_text("Body,User,Date\nhello,ann,2025-01-02\n")
    file_imports.import_file(workspace, file, settings.load(workspace.folder).find_brand("My Company"), mapping=MAP)
    (workspace.folder / "brand.toml").write_text('[brand]\nkey = "myco"\nname = "My Company"\n')
    refreshed(workspace)
    with store.open_published(workspace.published) as con:
        assert con.execute("select brand, name, own, touches from pub.brand").fetchall() == [
            ("myco", "My Company", True, 1)
        ]


def test_two_brands_of_brand_toml_stay_two(workspace: Workspace):
    workspace.folder.mkdir(parents=True)
    (workspace.folder / "brand.toml").write_text(
        '[brand]\nkey = "a"\nname = "Alpha"\n\n[[competitors]]\nkey = "b"\nname = "Beta"\n'
    )
    file = workspace.folder / "first.csv"
    file.write_text("Body,User,Date\nhello,ann,2025-01-02\n")
    chosen = settings.load(workspace.folder)
    for name in ("Alpha", "Beta", "Gamma"):
        file_imports.import_file(workspace, file, chosen.find_brand(name), mapping=MAP)
    refreshed(workspace)
    assert rows(workspace, "select brand from touch order by brand") == [("Gamma",), ("a",), ("b",)]


def test_handles_that_are_known_later_tell_whose_words_are_whose(workspace: Workspace):
    workspace.folder.mkdir(parents=True)
    file = workspace.folder / "first.csv"
    said = (
        "1,ann,@acme_help it leaks,",
        "2,acme_help,sorry! on our way,1",
        "3,bob,acme is fine,",
        "4,Acme,I am a fan,",
    )
    lines = [f"{line},2025-01-0{day}" for day, line in enumerate(said, 2)]
    file.write_text("\n".join(["Id,User,Body,To,Date", *lines, ""]))
    mapping = MAP | {"id": "Id", "reply_to": "To"}
    file_imports.import_file(workspace, file, settings.load(workspace.folder).find_brand("Acme Works"), mapping=mapping)
    refreshed(workspace)
    heard = "select direction, addressed, account_id, author from derived.ledger order by happened_at"
    before = rows(workspace, heard)
    assert [row[:2] for row in before] == [("in", False)] * 4
    own = workspace.folder / "brand.toml"
    own.write_text('[brand]\nkey = "acme"\nname = "Acme Works"\nhandles = ["@Acme_Help"]\n')
    refreshed(workspace)
    assert rows(workspace, heard) == [
        ("in", True, "file:ann", None),
        ("out", False, "file:ann", "acme_help"),
        ("in", False, "file:bob", None),
        ("in", False, "file:acme", None),  # the brand's name may be somebody's handle
    ]
    people = "select account_id from derived.person order by all"
    assert rows(workspace, people) == [("file:ann",), (None,), (None,)]  # named is who spoke to the brand
    own.write_text('[brand]\nkey = "acme"\nname = "Acme Works"\n')
    refreshed(workspace)
    assert rows(workspace, heard) == before


def test_words_of_a_brand_whose_handle_is_known_later_are_no_feeling_toward_it_and_no_relationship(tmp_path: Path):
    """The numbers are the same as where the handle was known when the file came."""
    lines = [f"{i},u{i % 20},acme is late again {i},,2026-01-{1 + i % 9:02}" for i in range(60)]
    lines += [f"r{i},acme_help,we love to help {i},{i},2026-01-{11 + i % 9:02}" for i in range(60)]
    lines += [f"t{i},acme_help,part {i} of it,{f't{i - 1}' if i else ''},2026-01-2{i}" for i in range(5)]
    found = {}
    for when in ("first", "later"):
        place = Workspace(tmp_path / when)
        place.folder.mkdir()
        (place.folder / "all.csv").write_text("\n".join(["Id,User,Body,To,Date", *lines, ""]))
        own = '[brand]\nkey = "acme"\nname = "Acme"\nhandles = ["@acme_help"]\n'
        steps = [
            lambda place=place, own=own: (place.folder / "brand.toml").write_text(own),
            lambda place=place: file_imports.import_file(
                place,
                place.folder / "all.csv",
                settings.load(place.folder).find_brand("acme"),
                mapping=MAP | {"id": "Id", "reply_to": "To"},
            ),
        ]
        for step in steps if when == "first" else reversed(steps):
            step()
        refreshed(place)
        asked = (
            "select brand, round(raw_net, 9), corrected from derived.debias",
            "select grain, period, weighting, people, round(estimate, 9) from derived.brand_index",
            "select p.touches_in, p.touches_out, s.stage from derived.person p join derived.stage s using (person_id)",
        )
        found[when] = [rows(place, f"{question} order by all") for question in asked]
        assert rows(place, "select count(*) filter (where touches_out = 3), count(*) from derived.person") == [(20, 20)]
    assert found["first"] == found["later"]


def test_numbers_of_an_older_orchard_are_computed_anew_before_they_are_published(workspace: Workspace):
    save_outcomes(workspace, [said(1)], [], cursor(1))
    refreshed(workspace)
    with store.connect(workspace.mentions) as con:
        con.execute("drop table derived.own")
    with pytest.raises(store.StoreError, match="run relate or refresh first"):
        publish.publish(workspace)


def test_who_calls_a_longer_name_or_an_address_does_not_call_the_handle(workspace: Workspace):
    workspace.folder.mkdir(parents=True)
    said = {
        "bluesky:ann": "@acme.fans.example nice page",
        "bluesky:bob": "so (@Acme.bsky.social.) did it",
        "mastodon:cyd": "@acme hello",  # a name at any server
        "x:dan": "@acme-haters are right",
        "x:eve": "tell .@Acme!",
        "rss:fay": "write to press@acme.com",
    }
    touches = [
        {
            "id": f"{who}:1",
            "brand": "acme",
            "account": {"id": who.split(":")[1], "source": who.split(":")[0]},
            "at": f"2026-01-0{day}T10:00:00",
            "text": text,
        }
        for day, (who, text) in enumerate(said.items(), 1)
    ]
    same = {"direction": "in", "kind": "mention", "public": True, "addressed": False}
    lines = (json.dumps({**touch, "source": touch["account"]["source"], **same}) for touch in touches)
    (workspace.folder / "all.jsonl").write_text("\n".join(lines))
    file_imports.import_file(
        workspace, workspace.folder / "all.jsonl", settings.load(workspace.folder).find_brand("acme")
    )
    handles = '["acme", "acme.bsky.social"]'
    (workspace.folder / "brand.toml").write_text(f'[brand]\nkey = "acme"\nname = "Acme Works"\nhandles = {handles}\n')
    refreshed(workspace)
    asked = "select account_id from derived.ledger where addressed order by account_id"
    assert rows(workspace, asked) == [("bluesky:bob",), ("x:eve",)]
