"""Relationships: the orchard at a glance, saved views, and tags for many at once."""

import json
import re
import shutil
from pathlib import Path
from urllib.parse import parse_qs, urlencode

import pytest
from streamlit.testing.v1 import AppTest

from pipeline import journal, journal_changes, journal_reads, settings, store
from pipeline.publish import ModelFacts, publish, relate
from pipeline.store import Workspace
from tests.conftest import ROOT
from tests.test_pages import Look, Open, choose_cell, choose_row, opened, person_named, shown, visit
from views import _show, _terms, _words
from views._charts_relationships import STAGES

__all__ = ["visit"]

PAGE = "views/relationships.py"
EVERYBODY = {
    "brand": "tamrow",
    "sources": [],
    "stages": [],
    "tags": [],
    "typed": [],
    "list": "everybody",
    "touches": 1,
    "sort": "most touches",
    "many": 999,
    "skip": 0,
}


@pytest.fixture(scope="module")
def tagged(sample: Workspace, tmp_path_factory: pytest.TempPathFactory, model) -> Workspace:
    """The sample, in which somebody has the tag `vip` already."""
    place = Workspace(tmp_path_factory.mktemp("tagged") / "tagged")
    shutil.copytree(sample.folder, place.folder)
    people = shown(place, "relationships", search="priya", **EVERYBODY)
    journal.save_members(place, people["account_id"].tolist(), "list", "vip", True, "Jo")
    published_anew(place, model.version)
    return place


@pytest.fixture
def own(tagged: Workspace, tmp_path: Path, in_workspace: Look) -> Workspace:
    """A copy of it that a test may change, and that the pages show."""
    place = Workspace(tmp_path / "own")
    shutil.copytree(tagged.folder, place.folder)
    in_workspace(place)
    return place


def as_mags(**query: str) -> AppTest:
    """Open the page as Mags."""
    app = opened(PAGE, **query)
    app.text_input(key="author").set_value("Mags").run()
    return app


def chart(app: AppTest) -> dict:
    return json.loads(app.get("plotly_chart")[0].proto.spec)


def published_anew(place: Workspace, version: str) -> None:
    relate(place, settings.load(place.folder), ModelFacts(version))
    publish(place)


def tag(app: AppTest, name: str, *rows: int) -> AppTest:
    """Choose a tag, tick rows and press the button; the harness forgets what is ticked after every run."""
    app.selectbox(key="new_tag").set_value(name)
    choose_row(app, *rows)
    app.run()
    choose_row(app, *rows)
    return pressed(app, "Tag")


def pressed(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def test_the_orchard_has_one_mark_for_every_relationship_in_force(visit: Open):
    everybody = visit(PAGE)
    captions = " ".join(caption.value for caption in everybody.caption)
    marks = sum(len(trace["customdata"]) for trace in chart(everybody)["data"] if trace.get("customdata"))
    assert f"{marks} relationships" in captions and marks > 80
    narrowed = chart(visit(PAGE, stage="reciprocal"))
    assert 0 < sum(len(trace.get("customdata", ())) for trace in narrowed["data"]) < marks


def test_who_has_never_said_anything_has_no_feeling(visit: Open, sample: Workspace):
    people = shown(sample, "relationships", search="", **EVERYBODY)
    silent = people[people["mentions"] == 0]
    assert len(silent) > 2
    assert silent[["feeling", "low", "high"]].isna().all(axis=None)


@pytest.mark.parametrize("words", ["raman priya", " PRIYA ", "prïya rám", "@priya", "priya\u00a0raman\u200b"])
def test_somebody_is_found_by_words_of_name_and_handle_in_any_order_and_spelling(words: str, sample: Workspace):
    assert shown(sample, "relationships", search=words, **EVERYBODY)["name"].tolist() == ["Priya Raman"]
    assert shown(sample, "relationships", search=f"{words} nobody", **EVERYBODY).empty


def test_a_work_list_is_searched_with_its_count_and_what_is_taken_along(
    visit: Open, sample: Workspace, monkeypatch: pytest.MonkeyPatch
):
    taken = {}
    monkeypatch.setattr(_show, "download", lambda data, key: taken.update({key: data}))
    listed = shown(sample, "relationships", search="", **EVERYBODY | {"list": "owe an answer"})
    name = listed["name"].iloc[0]
    app = visit(PAGE, list="owe an answer", search=f" {name.upper()} ")
    narrowed = app.dataframe[0].value
    assert 0 < len(narrowed) < len(listed) and set(narrowed["Name"]) == {name}
    assert f"{len(narrowed)} relationship" in " ".join(caption.value for caption in app.caption)
    assert taken["relationships"]["Name"].tolist() == narrowed["Name"].tolist()


def test_a_click_on_a_mark_opens_the_person(visit: Open, sample: Workspace):
    app = visit(PAGE)
    person = person_named(sample, "priya")
    app.session_state["orchard"] = {"selection": {"points": [{"customdata": [person]}]}}
    app.run()
    assert app.title[0].value == "Priya Raman"


def test_many_are_tagged_as_one_change_and_the_tag_is_there_at_once_and_after_a_refresh(own: Workspace, model):
    app = as_mags(sort="most touches")
    names = app.dataframe[0].value["Name"].tolist()[:5]
    tag(app, "vip", 0, 1, 2, 3, 4)
    assert not app.error
    assert "5 people tagged “vip”" in " ".join(text.value for text in app.text)
    for _ in range(2):
        tagged = opened(PAGE, tag="vip").dataframe[0].value
        assert set(tagged["Name"]) == {*names, "Priya Raman"}
        assert all(list(tags) == ["vip"] for tags in tagged["Tags"])
        published_anew(own, model.version)


def test_a_new_tag_can_be_filtered_by_at_once_and_one_that_was_taken_off_shows_no_more(own: Workspace):
    people = shown(own, "relationships", search="", **EVERYBODY)
    journal.save_members(own, [people["account_id"][0]], "list", "beta", True, "Mags")
    journal.save_members(
        own, people[people["name"] == "Priya Raman"]["account_id"].tolist(), "list", "vip", False, "Jo"
    )
    app = opened(PAGE, tag="beta")
    assert app.multiselect(key="tag").options == ["beta", "vip"]
    assert app.dataframe[0].value["Name"].tolist() == [people["name"][0]]
    assert "No relationship fits these filters" in opened(PAGE, tag="vip").info[0].value
    assert list(opened(PAGE, search="priya").dataframe[0].value["Tags"][0]) == []


def test_undo_takes_a_tag_off_everybody(own: Workspace, model):
    app = tag(as_mags(sort="most touches"), "vip", 0, 1, 2)
    pressed(app, "Undo")
    assert opened(PAGE, tag="vip").dataframe[0].value["Name"].tolist() == ["Priya Raman"]
    published_anew(own, model.version)
    assert shown(own, "tags", brand="tamrow")["people"].tolist() == [1]


def test_without_a_name_nothing_is_written_and_the_page_says_where_to_enter_it(own: Workspace):
    app = tag(opened(PAGE), "vip", 0)
    assert "Write your name into the side bar" in app.error[0].value
    assert [change["author"] for change in journal_changes.read_changes(own)] == ["Jo"]


def test_a_saved_view_brings_its_filters_back_and_can_be_removed(own: Workspace):
    app = as_mags(stage="engaged", sort="coldest")
    app.text_input(key="view_name").set_value("engaged and cold").run()
    pressed(app, "Save this view")
    (saved,) = journal_reads.read_views(own)
    assert (saved["name"], saved["page"], saved["author"]) == ("engaged and cold", "relationships", "Mags")
    other = as_mags(brand="Quillstone Construction", period="3 months")
    pressed(other, "engaged and cold")
    assert (other.session_state["brand"], other.session_state["period"]) == ("tamrow", "6 months")
    assert other.query_params["stage"] == "engaged" and other.query_params["sort"] == "coldest"
    assert set(other.dataframe[0].value["Stage"].str.split(",").str[0]) == {"engaged"}
    pressed(other, "Remove")
    assert journal_reads.read_views(own) == []


def test_a_saved_view_brings_back_a_brand_and_a_source_by_what_they_are_called(own: Workspace):
    for name, brand in (("skies", "Quillstone Construction"), ("of nobody", "No More Ltd")):
        query = urlencode({"brand": brand, "source": "Bluesky", "touches": "1.0"})  # as an address may have it
        journal.save_view(own, name, "relationships", query, "Mags")
    app = pressed(as_mags(), "skies")
    assert app.title[0].value == "Relationships with Quillstone Construction"
    assert app.multiselect(key="source").value == ["bluesky"] and len(app.dataframe[0].value)
    assert not pressed(app, "of nobody").exception and app.session_state["brand"] == "quillstone"


def test_an_average_person_is_told_with_interval_people_and_mentions(sample: Workspace):
    found = shown(sample, "spread", brand="tamrow").iloc[0]
    with store.connect(sample.mentions) as con:
        query = "select mu, mu_sd, people, mentions from derived.spread where brand = 'tamrow'"
        [known] = con.execute(query).fetchall()
    assert (found["mu"], found["people"], found["mentions"]) == (known[0], *known[2:])
    assert 1.645 * known[1] < found["high"] - found["mu"] < 1.7 * known[1] and found["low"] < found["mu"]


def test_every_stage_flag_and_work_list_has_a_sentence_that_says_what_it_means(sample: Workspace):
    lists = shown(sample, "work_lists", brand="tamrow")["list"].tolist()
    assert set(lists) == set(_terms.LISTS)
    for name in (*STAGES, "strained", "fruit", *lists):
        assert re.fullmatch(r"[A-Z][^{}]*\.", _terms.meaning(name, 30)), name
    assert "60 days" in _terms.meaning("dormant", 30)


def test_the_page_says_what_lists_mean_and_that_the_period_beside_is_not_asked(visit: Open):
    app = visit(PAGE)
    assert "**gone quiet**: They were engaged or closer" in app.pills(key="list").help
    captions = [caption.value for caption in app.caption]
    assert "Over the whole history, whatever period is chosen beside." in captions
    assert any(
        re.search(r"An average person stands at .* \(90 %: .* … .*\), by \d+ people in \d+", said) for said in captions
    )


def test_a_work_list_is_one_press_away_and_can_begin_with_who_waits_longest(visit: Open, sample: Workspace):
    lists = shown(sample, "work_lists", brand="tamrow")
    name = lists.loc[lists["people"].idxmax(), "list"]
    app = visit(PAGE)
    assert "longest on this list" not in app.selectbox(key="sort").options
    app.pills(key="list").set_value(name).run()
    assert visit(PAGE, list=name).pills(key="list").value == name
    app.selectbox(key="sort").set_value("longest on this list").run()
    since = app.dataframe[0].value["On this list since"].tolist()
    assert since == sorted(since) and len(set(since)) > 1


def test_of_another_brand_there_are_no_lists_of_what_is_to_be_done(visit: Open):
    app = visit(PAGE, brand="Quillstone Construction", list="owe an answer")
    assert app.pills(key="list").value == "everybody"
    assert not {"owe an answer", "stop pushing", "ready to take offline"} & set(app.pills(key="list").options)
    assert any("no lists of what is to be done with people of another brand" in each.value for each in app.caption)


def test_a_list_of_nobody_is_told_as_an_answer_and_counted_beside_the_others(visit: Open, sample: Workspace):
    lists = shown(sample, "work_lists", brand="tamrow").set_index("list")["people"]
    written = re.findall("'(.+)' as list", (ROOT / "pipeline/metrics/work_list.sql").read_text())
    assert list(lists.index) == sorted([*written, "changed"])
    assert lists["changed"] == lists["defenders"] == 0
    app = visit(PAGE, list="changed")
    assert [info.value for info in app.info] == ["Nobody changed by more than chance would do."]
    assert app.pills(key="list").options == ["everybody", *lists.index]
    assert any(caption.value.startswith("changed 0 · defenders ") for caption in app.caption)
    assert visit(PAGE, list="defenders").info[0].value == "Nobody is on the list “defenders” now."
    assert "No relationship fits" in visit(PAGE, list="changed", stage="engaged").info[0].value


def test_who_fits_nothing_is_told_every_filter_that_could_be_to_blame(visit: Open):
    words = visit(PAGE, touches="999").info[0].value
    assert all(
        part in words for part in ("everybody under Who", "the name", "sources, stages, tags", "At least touches")
    )


def test_a_person_leads_back_to_the_list_with_its_filters(visit: Open):
    app = visit(PAGE, sort="coldest", stage="engaged")
    choose_cell(app, 0)
    app.run()
    assert "sort" not in app.query_params
    (link,) = app.get("page_link")
    assert (link.proto.page, link.proto.label) == ("relationships", "Back to the list")
    assert parse_qs(link.proto.query_string) == {"sort": ["coldest"], "stage": ["engaged"]}


def test_what_was_kept_is_said_wherever_one_has_scrolled_to(own: Workspace):
    app = tag(as_mags(sort="most touches"), "vip", 0)
    assert ["1 person tagged “vip”" in toast.value for toast in app.toast] == [True]


def test_how_often_and_how_long_have_their_unit():
    assert [_words.every(days) for days in (0.2, 1.4, 23.4)] == ["every day", "every day", "every 23 days"]
    assert [_words.in_days(days) for days in (0.8, 0.0, 23.4)] == ["1 day", "0 days", "23 days"]


def test_who_is_not_told_by_name_cannot_be_tagged_and_nothing_offers_it(own: Workspace):
    with (own.folder / "brand.toml").open("a") as file:
        file.write('\n[privacy]\npeople = "pseudonymous"\n')
    app = opened(PAGE)
    assert "new_tag" not in [box.key for box in app.selectbox]
    assert len(app.dataframe[0].value) > 1 and not any("tick rows" in caption.value for caption in app.caption)


def test_another_brand_is_not_called_us(visit: Open):
    table = visit(PAGE, brand="Quillstone Construction").dataframe[0].value
    assert {"From Quillstone Construction", "Last from Quillstone Construction"} < {*table.columns}
    assert not [name for name in table.columns if name.endswith(" us")]


def test_where_people_are_not_shown_the_page_says_why(own: Workspace):
    with (own.folder / "brand.toml").open("a") as file:
        file.write('\n[privacy]\npeople = "aggregate"\n')
    app = opened(PAGE)
    assert "nothing of single people is shown" in app.info[0].value
    assert not app.dataframe
