"""Every page, driven in Streamlit's own test harness."""

import re
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from pipeline import file_imports, publish, reads, run, settings, store
from pipeline.file_cursors import FileCursor
from pipeline.publish import ModelFacts
from pipeline.store import Workspace
from pipeline.touch import Brand
from tests.conftest import ROOT, TAMROW
from tests.test_store import Fixed
from tests.worlds import save_outcomes
from views import (
    _charts,
    _charts_compare,
    _charts_pulse,
    _charts_relationships,
    _filters,
    _person_brief,
    _person_facts,
    _person_promises,
    _person_timeline,
    _words,
)

PAGES = {
    "views/pulse.py": "How do people feel about",
    "views/relationships.py": "Relationships with",
    "views/compare.py": "How does",
    "views/growth.py": "What do relationships with",
    "views/person.py": "Person",
    "views/conversations.py": "Conversations with",
    "views/review.py": "What do people mean",
    "views/health.py": "Is everything in order?",
}
Look = Callable[[Workspace], None]


def choose_row(app: AppTest, *rows: int) -> None:
    """Choose rows of the first table, as clicks do."""
    app.session_state[table_key(app)] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}


def choose_cell(app: AppTest, row: int, column: str = "Name") -> None:
    """Choose a cell of the first table, as a click does."""
    app.session_state[table_key(app)] = {"selection": {"rows": [], "columns": [], "cells": [(row, column)]}}


def table_key(app: AppTest) -> str:
    """Return the key of the first table, with which its id ends."""
    return "-".join(app.dataframe[0].proto.id.rsplit("-", 2)[-2:])


NO_AREA = {"point_indices": [], "box": [], "lasso": []}
Open = Callable[..., AppTest]


@pytest.fixture
def visit(sample: Workspace, in_workspace: Look) -> Open:
    """Open a page of the sample by its address."""
    in_workspace(sample)
    return opened


def shown(place: Workspace, name: str, **values) -> pd.DataFrame:
    return reads.frame(store.open_published(place.published), name, **values)


def person_named(place: Workspace, name: str) -> str:
    found = shown(
        place,
        "relationships",
        brand="tamrow",
        search=name,
        sources=[],
        stages=[],
        tags=[],
        typed=[],
        list="everybody",
        touches=1,
        sort="warmest",
        many=9,
        skip=0,
    )
    return str(found["person_id"].iloc[0])


def opened(page: str = "views/pulse.py", **query: str) -> AppTest:
    """Return the dashboard as somebody sees it who opens this address."""
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60)
    app.switch_page(page)
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception, app.exception[0].value
    return app


@pytest.mark.parametrize("page", PAGES)
def test_every_page_draws_the_sample(page: str, visit: Open):
    assert visit(page).title[0].value.startswith(PAGES[page])


def test_an_address_names_a_brand_by_its_key_too_and_is_told_what_it_asks_for_in_vain(visit: Open):
    app = visit(brand="quillstone", period="12 months")
    assert app.title[0].value == "How do people feel about Quillstone Construction?"
    assert app.selectbox(key="period").value == "12 months" and app.query_params["brand"] == "Quillstone Construction"
    assert not [warning for warning in app.warning if "address" in warning.value]
    app = visit(brand="no*body*", period="9 months")
    said = [warning.value for warning in app.warning if "address" in warning.value]
    assert said == [
        "The address names a brand that is not known here: “no\\*body\\*”. This is Tamrow Design\\-Build.",
        "The address names a period that is none of those in the side bar: “9 months”. This is 6 months.",
    ]
    assert not [warning for warning in app.run().warning if "address" in warning.value]


@pytest.mark.parametrize(
    ("page", "asked", "fields"),
    [
        ("relationships", {"list": "foo", "stage": "nobody", "tag": "no*such*"}, ["Who", "Stage", "Tags"]),
        ("relationships", {"touches": "2000", "image": "GIF"}, ["At least touches", "Charts are saved as"]),
        ("conversations", {"by": "smell", "label": "angry", "topic": "no*such*"}, ["Search by", "Sentiment", "Topic"]),
        ("compare", {"panel": "nobody", "each": "day"}, ["Who is listened to", "One point for each"]),
        ("growth", {"outcome": "wealth"}, ["Until"]),
        ("person", {"part": "Secrets", "show": "mine"}, ["Parts of the page", "Show"]),
        ("review", {"month": "Foo 2019", "pile": "hay"}, ["Month", "What to label"]),
    ],
)
def test_what_an_address_asks_of_the_fields_of_a_page_in_vain_is_told(
    page: str, asked: dict[str, str], fields: list[str], visit: Open, sample: Workspace
):
    whom = {"person": person_named(sample, "priya")} if page == "person" else {}
    app = visit(f"views/{page}.py", **asked, **whom)
    told = [
        f"“{_words.plain(value)}” is not to be chosen under {field} here: it is left out."
        for value, field in zip(asked.values(), fields, strict=True)
    ]
    assert [warning.value for warning in app.warning if "left out" in warning.value] == told
    assert not [warning for warning in app.run().warning if "left out" in warning.value]


def test_a_chosen_relationship_leads_to_its_person(visit: Open, sample: Workspace):
    app = visit("views/relationships.py", search="priya")
    choose_cell(app, 0)
    app.run()
    assert app.title[0].value == "Priya Raman"
    assert app.query_params["person"] == person_named(sample, "priya")


def test_a_field_beside_the_name_offers_to_open_its_person(visit: Open, sample: Workspace):
    app = visit("views/relationships.py", search="priya")
    choose_cell(app, 0, "Feeling")
    app.run()
    assert app.title[0].value.startswith("Relationships")
    next(button for button in app.button if button.label == "Open Priya Raman").click().run()
    assert app.query_params["person"] == person_named(sample, "priya")


@pytest.mark.parametrize("order", ["latest touch", "warmest", "coldest", "most touches", "silent longest"])
def test_relationships_can_be_sorted(order: str, visit: Open):
    app = visit("views/relationships.py", sort=order)
    table = app.dataframe[0].value
    assert len(table) == 50
    if order == "most touches":
        touches = (table["From them"] + table["From us"]).tolist()
        assert touches == sorted(touches, reverse=True)
    expected = {
        "latest touch": table["Last touch"].is_monotonic_decreasing,
        "silent longest": table["Last from them"].dropna().is_monotonic_increasing,
        "warmest": table["Feeling"].iloc[0] > table["Feeling"].iloc[-1],
        "coldest": table["Leaning"].iloc[0] == "negative",
    }
    assert expected.get(order, True)


def test_filters_narrow_the_relationships(visit: Open):
    app = visit("views/relationships.py", source="Mastodon", touches="5")
    table = app.dataframe[0].value
    assert set(table["Source"]) == {"Mastodon"}
    assert len(visit("views/relationships.py", source="In person").dataframe[0].value) > 20
    assert ((table["From them"] + table["From us"]) >= 5).all()
    app = visit("views/relationships.py", search="nobody is called so")
    assert "No relationship fits" in app.info[0].value


def test_a_person_shows_both_directions_and_the_way_to_the_next_step(visit: Open, sample: Workspace):
    app = visit("views/person.py", person=person_named(sample, "grant holloway"))
    assert app.title[0].value == "Grant Holloway"
    assert [metric.label for metric in app.metric][1:] == ["Scored mentions", "From them", "From us"]
    assert app.metric[0].label.startswith("Feeling: ")
    lines = " ".join(m.value for m in app.markdown)
    assert "**Grant Holloway** → Tamrow" in lines and "→ Grant Holloway" in lines
    assert app.metric[0].value.startswith("−")


def test_a_logged_call_is_kept_and_is_part_of_the_history_after_a_refresh(tmp_path: Path, in_workspace: Look):
    place = Workspace(tmp_path)
    file_imports.import_file(place, ROOT / "tests" / "payloads" / "twcs.csv", TAMROW)
    run.refresh(place, settings.Settings(), Fixed, lambda: ModelFacts("fixed"))
    in_workspace(place)
    person = str(
        store.open_published(place.published)
        .execute("select person_id from pub.person where account_id is not null")
        .fetchall()[0][0]
    )
    app = opened("views/person.py", person=person)
    app.text_area[0].set_value("20 min about the porch light")
    app.text_input(key="author").set_value("Mags")
    next(button for button in app.button if button.label == "Keep it").click().run()
    assert any("Waits for the next refresh" in line.value for line in app.caption)
    run.refresh(place, settings.Settings(), Fixed, lambda: ModelFacts("fixed"))
    app.run()
    assert any(text.value == "20 min about the porch light" for text in app.text)
    assert not any("Waits for" in line.value for line in app.caption)


def test_a_choice_and_a_page_do_not_outlive_the_list_that_they_were_made_in(visit: Open):
    app = visit("views/conversations.py", period="everything")
    choose_row(app, 41)
    app.run()
    app.text_input(key="words").set_value("basement").run()
    assert not app.exception
    assert len(app.dataframe[0].value) < 41
    app = visit("views/relationships.py")
    pager = "-".join(app.get("pagination")[0].proto.id.rsplit("-", 2)[-2:])
    app.session_state[pager] = 2
    app.run()
    app.text_input(key="search").set_value("priya").run()
    assert app.dataframe[0].value["Name"].tolist() == ["Priya Raman"]


def a_list() -> None:
    """A page with a list of as many rows as the session says."""
    import streamlit as st

    from views import _filters

    rows = list(range(st.session_state["many"]))
    key, found = _filters.listed(lambda many, skip: rows[skip : skip + many], 2, "these")
    st.text(found)
    _filters.pager(key, len(rows), 2)


@pytest.mark.parametrize(("left", "shown"), [(5, "[4]"), (4, "[0, 1]"), (2, "[0, 1]"), (0, "[]")])
def test_a_page_that_is_not_there_any_more_is_the_first_one_again(left: int, shown: str):
    app = AppTest.from_function(a_list)
    app.session_state["many"] = 5
    pager = f"page-{_filters.fingerprint('these')}"
    app.session_state[pager] = 3
    assert app.run().text[0].value == "[4]"
    app.session_state["many"] = left
    assert app.run().text[0].value == shown
    assert left <= 2 or app.session_state[pager] == (3 if left == 5 else 1)


def test_a_click_on_a_mark_of_the_person_leads_to_the_thread(visit: Open, sample: Workspace):
    person = person_named(sample, "priya")
    app = visit("views/person.py", person=person)
    touch = shown(sample, "person_touches", brand="tamrow", person=person)["touch_id"].iloc[3]
    point = {"x": "2026-01-01", "customdata": [touch, "mention"]}
    app.session_state["path"] = {"selection": {"points": [point], **NO_AREA}}
    app.run()
    assert app.title[0].value.startswith("Conversations") and app.subheader[0].value == "The whole thread"


def test_search_and_filters_find_messages_and_a_choice_shows_the_whole_thread(visit: Open):
    app = visit("views/conversations.py", period="everything", words="basement", label="negative")
    table = app.dataframe[0].value
    assert len(table) > 0 and table["Text"].str.lower().str.contains("basement").all()
    assert set(table["Sentiment"]) == {"negative", "negative ?"}  # the mark: the model is in doubt
    choose_cell(app, 0, "Text")
    app.run()
    assert app.subheader[0].value == "The whole thread"
    assert table["Text"].iloc[0] in [text.value for text in app.text]
    assert "message" in app.query_params


HOSTILE = [
    "<script>alert('x')</script><img src=x onerror=alert(1)>",
    "**bold** [click](javascript:alert(1)) $x^2$ :material/bomb: # title",
    '=HYPERLINK("http://evil.example","x")',
    "‮right to left‬ and zero​width " + "long" * 2500,
]


HOSTILE_URL = "https://a<![x](https://evil.example/p.png)\n# title"


def test_text_from_the_network_is_shown_as_it_is(tmp_path: Path, in_workspace: Look):
    place = Workspace(tmp_path)
    outcomes = [hostile(number, text) for number, text in enumerate(HOSTILE)]
    brand = TAMROW
    save_outcomes(place, outcomes, [], FileCursor("f", "d", brand, "mapped", 4, finished=True))
    run.refresh(place, settings.Settings(), Fixed, lambda: ModelFacts("fixed"))
    in_workspace(place)
    for page in PAGES:
        opened(page)
    for number, text in enumerate(HOSTILE):
        app = opened("views/conversations.py", message=f"x:{number}")
        assert text in [element.value for element in app.text]
        markdown = " ".join(element.value for element in [*app.markdown, *app.title, *app.caption])
        for active in ("![x]", "\n# title", "<script>", "[click]", "**bold**"):
            assert active not in markdown
        person = str(shown(place, "thread", brand=brand.key, touch=f"x:{number}")["person_id"].iloc[0])
        app = opened("views/person.py", person=person)
        assert "<" not in app.title[0].value.replace("\\<", "")


def hostile(number: int, text: str):
    """Return a touch whose text and name are hostile."""
    from pipeline.touch import Account, Mapped, Record, Touch

    account = Account(f"x:h{number}", "x", text[:40], text)
    at = datetime(2025, 1, 1 + number)
    touch = Touch(f"x:{number}", "x", TAMROW.key, account, "in", "mention", at, text, addressed=True, url=HOSTILE_URL)
    return Mapped(Record(number, {}), touch)


def test_without_data_the_page_says_what_to_do(tmp_path: Path, in_workspace: Look):
    in_workspace(Workspace(tmp_path))
    app = opened()
    assert app.title[0].value == "Nothing to show yet"
    assert "python -m pipeline import FILE --brand NAME" in app.code[0].value


def test_a_damaged_file_is_said_and_the_last_good_numbers_stay(tmp_path: Path, in_workspace: Look):
    place = Workspace(tmp_path)
    file_imports.import_file(place, ROOT / "tests" / "payloads" / "twcs.csv", TAMROW)
    run.refresh(place, settings.Settings(), Fixed, lambda: ModelFacts("fixed"))
    in_workspace(place)
    app = opened()
    damaged = place.folder / "damaged"
    damaged.write_bytes(b"no database" * 999)
    damaged.replace(place.published)
    app.run()
    assert not app.exception
    assert ["last good numbers" in warning.value for warning in app.warning] == [True]
    assert app.title[0].value.startswith("How do people feel about")


@pytest.fixture(scope="module")
def unread(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace whose journal cannot be read, by a name that is not to be read as Markdown."""
    place = Workspace(tmp_path_factory.mktemp("unread") / "a*b*")
    file_imports.import_file(place, ROOT / "tests" / "payloads" / "twcs.csv", TAMROW)
    run.refresh(place, settings.Settings(), Fixed, lambda: ModelFacts("fixed"))
    place.journal.write_bytes(b"no database" * 999)
    return place


@pytest.mark.parametrize("page", ["views/relationships.py", "views/conversations.py", "views/review.py"])
def test_a_page_says_that_the_journal_it_needs_cannot_be_read(page: str, unread: Workspace, in_workspace: Look):
    in_workspace(unread)
    app = opened(page)
    assert app.title[0].value.startswith(PAGES[page])
    [said] = [error.value for error in app.error]
    assert said.startswith("The rest of this page needs what cannot be read: ")
    assert "\\*b\\*" in said and "journal" in said


@pytest.fixture(scope="module")
def mistyped(sample: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The sample with a brand.toml that somebody broke."""
    place = Workspace(tmp_path_factory.mktemp("mistyped") / "w")
    shutil.copytree(sample.folder, place.folder)
    with (place.folder / "brand.toml").open("a", encoding="utf-8") as file:
        file.write("\n[privacy\n")
    return place


@pytest.mark.parametrize("page", PAGES)
def test_settings_that_cannot_be_read_are_said_on_every_page_and_keep_people_back(
    page: str, mistyped: Workspace, in_workspace: Look
):
    in_workspace(mistyped)
    app = opened(page, person=person_named(mistyped, "priya"), message="x:1")
    [said] = [error.value for error in app.error if error.value.startswith("The settings cannot be read: ")]
    assert "brand" in said and "not valid TOML" in said and "single people are not shown" in said
    written = "\n".join(each.value for each in (*app.title, *app.text, *app.markdown, *app.info, *app.caption))
    assert "Priya" not in written and "aggregate" not in written
    assert not [frame for frame in app.dataframe if "Name" in frame.value]


def test_names_are_told_only_of_people_who_addressed_the_brand(tmp_path: Path):
    from pipeline.touch import Account, Mapped, Record, Touch

    def said(number: int, handle: str, addressed: bool) -> Mapped:
        account = Account(f"x:{handle}", "x", handle, handle.title())
        return Mapped(
            Record(number, {}),
            Touch(
                f"x:{number}",
                "x",
                "b",
                account,
                "in",
                "mention",
                datetime(2025, 1, 1),
                "hm",
                addressed=addressed,
                url=f"https://x.com/{handle}/status/{number}",
            ),
        )

    place = Workspace(tmp_path)
    cursor = FileCursor("f", "d", TAMROW, "mapped", 2, finished=True)
    save_outcomes(place, [said(1, "shy", False), said(2, "bold", True)], [], cursor)
    run.refresh(place, settings.Settings(), Fixed, lambda: ModelFacts("fixed"))
    with store.connect(place.mentions) as con:
        con.execute("insert or ignore into brand values ('b', 'B', now()::timestamp)")
    names = store.open_published(place.published).execute("select name, handle, account_id from pub.person").fetchall()
    assert ("Bold", "bold", "x:bold") in names
    assert [row[1:] for row in names if row[0].startswith("someone on X · ")] == [(None, None)]
    with store.open_published(place.published) as con:
        tables = [name for (name,) in con.execute("select table_name from duckdb_tables()").fetchall()]
        everything = [str(con.execute(f"select * from pub.{name}").fetchall()).lower() for name in tables]
    told = "".join(everything)
    assert "bold" in told and "x:2" in told
    assert "shy" not in told and "'x:1'" not in told


@pytest.mark.parametrize("outcome", ["two-way", "offline", "fruit"])
def test_growth_shows_every_outcome_or_says_that_there_is_too_little(outcome: str, visit: Open):
    app = visit("views/growth.py")
    app.segmented_control[0].set_value(outcome).run()
    assert not app.exception
    assert app.metric[0].label == "We answer them" and "within 48 h" in app.metric[0].value
    assert "90 %" in "".join(line.value for line in (*app.info, *app.caption))


def test_a_work_list_holds_whom_it_names_and_leads_to_the_reason(visit: Open, sample: Workspace):
    lists = shown(sample, "work_lists", brand="tamrow").set_index("list")["people"]
    assert lists["owe an answer"] > 3
    app = visit("views/relationships.py", list="owe an answer")
    assert len(app.dataframe[0].value) == min(50, lists["owe an answer"])
    choose_cell(app, 0)
    app.run()
    assert any("Owe an answer since" in warning.value for warning in app.warning)


def test_a_stage_narrows_the_relationships(visit: Open):
    stages = set(visit("views/relationships.py", stage="engaged").dataframe[0].value["Stage"])
    assert stages and all(stage.startswith("engaged") for stage in stages)


def test_an_automatic_account_has_a_page_too(visit: Open, sample: Workspace):
    with store.open_published(sample.published) as con:
        bots = con.execute("select person_id from pub.person where brand = 'tamrow' and role = 'bot'").fetchall()
    assert bots
    app = visit("views/person.py", person=bots[0][0])
    assert not app.exception and "no stage yet" in "".join(line.value for line in app.text)


def test_numbers_of_a_past_day_say_so(tmp_path: Path, in_workspace: Look, sample: Workspace):
    shutil.copytree(sample.folder, tmp_path / "past")
    place = Workspace(tmp_path / "past")
    in_workspace(place)
    with store.connect(place.mentions) as con:
        ((model,),) = con.execute("select model from derived.setting").fetchall()
    publish.relate(place, settings.load(place.folder), ModelFacts(model), datetime(2026, 5, 1))
    publish.publish(place)
    assert any("as they stood on 30 Apr 2026" in line.value for line in opened().sidebar.caption)


def test_a_brand_whose_data_end_long_before_those_of_another_says_so(workspace: Workspace, in_workspace: Look):
    for key, last in (("early", "2025-03-01"), ("late", "2025-12-01")):
        file = workspace.folder.parent / f"{key}.csv"
        file.write_text(f"Body,User,Date\nnice,ana,2025-02-01\nso so,bo,{last}\n")
        mapping = {"text": "Body", "author": "User", "at": "Date"}
        file_imports.import_file(workspace, file, Brand(key, key.title(), ()), mapping=mapping)
    publish.relate(workspace, settings.Settings(), ModelFacts("none"))
    publish.publish(workspace)
    in_workspace(workspace)
    said = {
        key: " ".join(line.value for line in opened(brand=key.title()).sidebar.caption) for key in ("early", "late")
    }
    assert "another brand is 275 days later: stages, ties, work lists and growth count" in said["early"]
    assert "days later" not in said["late"] and "Late: 2 touches" in said["late"]


@pytest.mark.parametrize(
    ("low", "high", "leaning"),
    [(0.1, 0.3, "positive"), (-0.3, -0.1, "negative"), (-0.1, 0.1, _words.EVIDENCE), (None, None, _words.EVIDENCE)],
)
def test_an_interval_that_holds_zero_is_not_enough_evidence(low, high, leaning: str):
    assert _words.leaning(low, high) == leaning


@pytest.mark.parametrize(
    ("value", "se", "words"),
    [
        (0.1, 0.1, "no more than chance"),
        (0.3, 0.1, "rose by 0.30"),
        (-0.3, 0.1, "fell by 0.30"),
        (None, None, "not enough people"),
        (-1.0, 0.0, "all said the same"),  # as labels of five people before and of five others now may
    ],
)
def test_a_change_is_called_one_only_where_chance_would_not_do_it(value, se, words: str):
    assert words in _words.change(value, se)


def test_one_is_told_as_one_wherever_people_and_mentions_are_counted():
    mark = {"feeling": 0.1, "low": 0.0, "high": 0.2, "touches_in": 1, "touches_out": 0, "mentions": 1}
    part = pd.DataFrame([{"name": "roof", "contribution": 0.1, "se": 0.1, "people": 1, "people_before": 0}])
    volume = pd.DataFrame([{"period": datetime(2026, 1, 5), "positive": 0, "neutral": 0, "negative": 0, "untold": 1}])
    told = [
        *_charts.told(["now"], [0.1], pd.DataFrame({"low": [0.0], "high": [0.2], "people": [1], "mentions": [1]})),
        _charts_relationships.words(mark | {"name": "Bo", "stage": "aware"}),
        _charts_compare.behind(0.1, 0.0, 0.2, 1.0),
        *(_charts_pulse.behind(row) for row in part.itertuples()),
        *_charts_pulse.volume(volume, "week", "?").data[-1].hovertext,
        _person_brief.feeling(mark, "us"),
        _person_brief.feeling(mark | {"feeling": None}, "us"),
        _person_facts.moved({"change": 0.1, "verdict": "improving", "p_verdict": 0.9, "n_recent": 1, "n_before": 2}),
        _person_timeline.earlier(1),
        _person_promises.more(1),
    ]
    assert [re.findall(r"\b1 [a-z ]*[a-z]", each) for each in told] == [
        ["1 person", "1 mention"],
        ["1 mention", "1 from them"],
        ["1 person"],
        ["1 person now"],
        ["1 mention"],
        ["1 mention"],
        ["1 mention"],
        ["1 mention against"],
        ["1 earlier one is in the thread"],
        ["1 more promise"],
    ]
    assert (
        "2 people, 3 mentions"
        in _charts.told(["now"], [0.1], pd.DataFrame({"low": [0.0], "high": [0.2], "people": [2], "mentions": [3]}))[0]
    )
