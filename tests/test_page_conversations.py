"""Conversations, as somebody uses the page: what is found, what is read, and what a label does."""

import csv
import os
import subprocess
import sys
import textwrap
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser
from streamlit.testing.v1 import AppTest

from models import embed
from models.catalog import card
from models.explain import explain
from pipeline import journal_changes, journal_reads, publish, readings, run, settings, store
from pipeline.file_cursors import FileCursor
from pipeline.publish import ModelFacts
from pipeline.store import Workspace
from pipeline.touch import Account, Mapped, Record, Touch
from pipeline.vectors import Reader
from tests.conftest import ROOT
from tests.server import running, settled
from tests.test_pages import Look, opened
from tests.worlds import save_outcomes
from views import _search

BRAND = """
[brand]
key = "marl"
name = "Marl Kilns"
handles = ["marlkilns"]

[[competitors]]
key = "slate"
name = "Slate Works"

[[rules]]
phrase = "sick"
read_as = "wonderful"

[[rules]]
phrase = "kiln down"
feeling = "negative"

[topics.phrases]
firing = ["kiln", "oven"]
shop = ["counter", "parcel"]

[lists]
guild = ["tess"]
"""
# id, who, whether they speak, text
SAID = [
    ("phone", "bo", "in", "@marlkilns They never pick up when I ring them, three days now"),
    ("sorry", "bo", "out", "We are sorry, the line was dead. Call us again?"),
    ("again", "bo", "in", "@marlkilns thank you, got through and they were lovely"),
    ("cafe", "tess", "in", "@marlkilns the CAFÉ beside the kiln-yard is a joy"),
    ("roof", "tess", "in", "@marlkilns roofing felt in the parcel was torn and I am furious"),
    ("glaze", "ivo", "in", "@marlkilns awful glaze, but the crew is great 🔥"),
    ("japan", "ivo", "in", "@marlkilns 陶芸窯がとても良い"),
    ("sick", "ivo", "in", "@marlkilns that was a sick firing"),
    ("down", "uma", "in", "@marlkilns kiln down once more"),
    ("formula", "uma", "in", '=HYPERLINK("http://evil.example","x") @marlkilns'),
    (
        "markup",
        "uma",
        "in",
        "@marlkilns **bold** <b>tag</b> [x](javascript:alert(1)) :material/bomb: {name} $x$ is bad",
    ),
    ("spain", "uma", "in", "@marlkilns el horno que compré se rompió ayer y nadie contesta al teléfono"),
    ("old", "gus", "in", "@marlkilns the first mugs of yours arrived, solid work"),
]
EVERY = {name for name, *_ in SAID}
START = datetime(2026, 3, 1, 9)


def touch(number: int, name: str, who: str, direction: str, text: str) -> Mapped:
    account = Account(f"x:{who}", "x", who, who.title())
    thread = f"x:thread-{who}"
    kind = "reply" if name in ("sorry", "again") else "mention"
    at = START + timedelta(days=-500 if name == "old" else number)
    more = {"conversation": thread, "addressed": True, "url": f"https://x.com/i/{name}"}
    made = Touch(f"x:{name}", "x", "marl", account, direction, kind, at, text, **more)
    return Mapped(Record(number, {"n": number}), made)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, model: readings.Model) -> Workspace:
    """A small workspace, read by the shipped models."""
    place = Workspace(tmp_path_factory.mktemp("marl"))
    (place.folder / "brand.toml").write_text(BRAND, encoding="utf-8")
    chosen = settings.load(place.folder)
    outcomes = [touch(number, *rest) for number, rest in enumerate(SAID)]
    brand = chosen.find_brand("marl")
    save_outcomes(place, outcomes, [], FileCursor("f", "d", brand, "mapped", len(SAID), finished=True))
    refresh(place, model)
    return place


def refresh(place: Workspace, model: readings.Model) -> None:
    reader = Reader(embed.version(), embed.load)
    facts = ModelFacts(model.version, card())
    run.refresh(place, settings.load(place.folder), lambda: model, lambda: facts, embedder=reader)


@pytest.fixture
def marl(made: Workspace, tmp_path: Path, in_workspace: Look) -> Workspace:
    """A copy of it that a test may write to, and that the pages show."""
    place = Workspace(tmp_path / "marl")
    place.folder.mkdir()
    for file in made.folder.iterdir():
        (place.folder / file.name).write_bytes(file.read_bytes())
    in_workspace(place)
    return place


def visit(author: str = "Ana", **query: str) -> AppTest:
    app = opened("views/conversations.py", period="everything", **query)
    return app.sidebar.text_input(key="author").set_value(author).run() if author else app


def found(app: AppTest) -> list[str]:
    """Return which messages the table holds, in its order."""
    assert not app.exception, app.exception[0].value
    names = {text: name for name, _, _, text in SAID}
    return [names[text] for text in app.dataframe[0].value["Text"]] if app.dataframe else []


def choose(app: AppTest, *names: str) -> AppTest:
    rows = [found(app).index(name) for name in names]
    key = "-".join(app.dataframe[0].proto.id.rsplit("-", 2)[-2:])
    app.session_state[key] = {"selection": {"rows": rows, "columns": [], "cells": []}}
    return app.run()


def sentiment(app: AppTest, name: str) -> tuple[str, str]:
    """Return the label of a message, and whose word it is."""
    row = app.dataframe[0].value.iloc[found(app).index(name)]
    return row["Sentiment"].removesuffix(" ?"), row["By"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", EVERY),
        ("cafe", {"cafe"}),
        ("CAFÉ kiln", {"cafe"}),
        ("roof", {"roof"}),
        ("oof", set()),
        ('"kiln yard"', {"cafe"}),
        ('"yard kiln"', set()),
        ("kiln -yard", {"down"}),
        ('-"kiln yard" kiln', {"down"}),
        ("🔥", {"glaze"}),
        ("-🔥 glaze", set()),
        ("窯", {"japan"}),
        ("great awful", {"glaze"}),
        ("-", EVERY),
        ("“pick up”", {"phone"}),
        ("%", set()),
        ("' or 1=1", set()),
    ],
)
def test_words_phrases_and_exclusions_find_what_they_say(typed: str, expected: set[str], marl: Workspace):
    assert set(found(visit(author="", words=typed))) == expected


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ('a "b c" -d -"e f" e-mail', (["a", "b c", "e-mail"], ["d", "e f"])),
        ('"not closed', (["not", "closed"], [])),
        ("- -- ''", (["''"], [])),
        ("«so» „so“", (["so", "so"], [])),
    ],
)
def test_a_search_is_taken_apart_as_people_mean_it(typed: str, terms: tuple[list[str], list[str]]):
    assert _search.terms(typed) == terms


def test_what_is_said_in_other_words_is_found_by_its_meaning(marl: Workspace):
    by_words = visit(author="", words="nobody answers the telephone")
    assert found(by_words) == []
    by_meaning = visit(author="", words="nobody answers the telephone", by="meaning")
    assert found(by_meaning)[0] == "phone"
    assert "glaze" not in found(by_meaning)


def click_on(name: str, app: AppTest) -> AppTest:
    """Click the words of a message in the list."""
    key = "-".join(app.dataframe[0].proto.id.rsplit("-", 2)[-2:])
    app.session_state[key] = {"selection": {"rows": [], "columns": [], "cells": [(found(app).index(name), "Text")]}}
    return app.run()


def test_a_link_and_a_click_show_the_thread_above_the_list_and_it_can_be_closed(marl: Workspace):
    def order(app: AppTest) -> list[str]:
        return [each.type for each in app.main if each.type in ("subheader", "dataframe")]

    app = visit(message="x:phone")
    assert order(app) == ["subheader", "dataframe"]
    next(button for button in app.button if button.label == "Close the thread").click().run()
    assert "message" not in app.query_params and order(app) == ["dataframe"]
    app = click_on("roof", visit(message="x:phone"))
    assert app.query_params["message"] == "x:roof" and order(app) == ["subheader", "dataframe"]
    assert any("roofing felt" in text.value for text in app.text)
    next(button for button in app.button if button.label == "Close the thread").click().run()
    assert "message" not in app.query_params and order(app) == ["dataframe"]


def test_a_person_leads_back_to_the_message_and_the_search_by_which_they_were_found(marl: Workspace):
    app = visit(message="x:roof", words="roof")
    next(button for button in app.button if button.label == "Tess").click().run()
    assert app.title[0].value == "Tess" and "words" not in app.query_params
    (link,) = app.get("page_link")
    assert (link.proto.page, link.proto.label) == ("conversations", "Back to Conversations")
    assert parse_qs(link.proto.query_string) == {"message": ["x:roof"], "words": ["roof"]}


def test_more_like_this_begins_with_the_message_itself_whatever_filters_led_to_it(marl: Workspace):
    narrowed = {"from": "2026-03-05", "until": "2026-03-06", "direction": "from them", "label": "negative"}
    app = visit(message="x:roof", state="not labelled yet", **narrowed)
    assert found(app) == ["roof"]
    app.button(key="like").click().run()
    assert app.query_params["like"] == "x:roof" and found(app) == ["roof", "glaze"]
    assert not {*narrowed, "state"} & set(app.query_params)
    app.button(key="unlike").click().run()
    assert set(found(app)) == EVERY


def test_what_an_address_asks_for_in_vain_is_said(marl: Workspace):
    app = visit(**{"from": "2026-03-06", "until": "2026-13-44"})
    told = [each.value.replace("\\", "") for each in app.warning]
    assert set(found(app)) == EVERY and "2026-03-06" in told[0] and "2026-13-44" in told[1]
    assert not visit(**{"from": "2026-03-04", "until": "2026-03-06"}).warning
    app = visit(like="x:nothing")
    assert "not there any more" in app.info[0].value and not app.dataframe


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"direction": "to them"}, {"sorry"}),
        ({"direction": "from them", "kind": "reply"}, {"again"}),
        ({"topic": "firing"}, {"cafe", "down"}),
        ({"topic": "shop"}, {"roof"}),
        ({"group": "list: guild"}, {"cafe", "roof"}),
        ({"state": "in a language that is not read"}, {"japan", "spain"}),
        ({"state": "labelled by a person"}, set()),
        ({"state": "counted in the feeling"}, EVERY - {"sorry", "japan", "spain"}),
        ({"from": "2026-03-04", "until": "2026-03-06"}, {"cafe", "roof"}),
        ({"from": "2026-03-06", "until": "2026-03-04"}, EVERY),
        ({"where": "X", "label": "negative", "words": "furious"}, {"roof"}),
    ],
)
def test_every_filter_narrows_what_is_found(query: dict[str, str], expected: set[str], marl: Workspace):
    assert set(found(visit(author="", **query))) == expected


def test_stages_and_doubts_narrow_as_the_published_file_says(marl: Workspace):
    with store.open_published(marl.published) as con:
        doubtful = {row[0][2:] for row in con.execute("select touch_id from pub.touch where doubtful").fetchall()}
        stages = {
            stage: {row[0][2:] for row in con.execute(STAGE, [stage]).fetchall()}
            for (stage,) in con.execute("select distinct stage from pub.person where stage is not null").fetchall()
        }
    assert doubtful and doubtful != EVERY and stages
    assert set(found(visit(author="", state="the model is in doubt"))) == doubtful
    for stage, expected in stages.items():
        assert set(found(visit(author="", stage=stage))) == expected != EVERY


def test_what_a_phrase_rule_had_a_say_in_is_told(marl: Workspace):
    app = visit(author="")
    rules = {rule.words for rule in settings.load(marl.folder).rules}
    assert {sentiment(app, name)[1].removeprefix("phrase rule: ") for name in ("sick", "down")} == rules
    assert sentiment(app, "roof")[1].startswith("the model")


STAGE = "select touch_id from pub.touch join pub.person using (brand, person_id) where stage = ?"


def test_a_click_on_a_cell_opens_the_thread_and_ticks_are_for_labels(marl: Workspace):
    app = click_on("roof", visit(author=""))
    assert app.query_params["message"] == "x:roof"
    assert any("roofing felt" in text.value for text in app.text)
    app = choose(visit(author=""), "roof")
    assert "message" not in app.query_params, "the list stays where the next row is to be ticked"
    assert any("1 message chosen. Label it:" in line.value for line in app.caption)


def test_the_table_begins_with_what_a_narrow_screen_is_to_show(marl: Workspace):
    shown = visit(author="").dataframe[0].value
    assert list(shown.columns[:4]) == ["Text", "Sentiment", "Who", "When"]
    assert list(shown.columns[-2:]) == ["By", "Confidence"]


def test_the_terms_of_x_stand_beside_rows_of_x_alone(marl: Workspace):
    def terms(app: AppTest) -> bool:
        return any(line.value.startswith("Posts of X may be passed on") for line in app.caption)

    with store.connect(marl.mentions) as con:
        con.execute(f"attach '{marl.published}' as pub")
        con.execute("update pub.touch set source = 'bluesky' where touch_id = 'x:cafe'")
    app = visit(author="", words="cafe")
    assert found(app) == ["cafe"] and not terms(app)
    assert terms(visit(author="", words="roof"))


def test_doubt_stands_beside_the_sentiment_until_somebody_says_better(marl: Workspace):
    app = visit()
    shown = app.dataframe[0].value
    doubted = shown[shown["By"] == "the model, in doubt"]
    assert list(shown["Sentiment"].str.endswith(" ?")) == list(shown["By"] == "the model, in doubt")
    name = {text: name for name, _, _, text in SAID}[doubted["Text"].iloc[0]]
    click_on(name, app).button(key="one-neutral").click().run()
    assert app.dataframe[0].value["Sentiment"].iloc[found(app).index(name)] == "neutral"


def test_a_label_counts_at_once_and_after_the_next_refresh_and_can_be_undone(marl: Workspace, model: readings.Model):
    app = click_on("glaze", visit())
    before = sentiment(app, "glaze")
    label = "positive" if before[0] != "positive" else "neutral"
    app.button(key=f"one-{label}").click().run()
    assert sentiment(app, "glaze") == (label, "a person")
    assert any(f"one message labelled {label}" in text.value for text in app.text)
    assert any("as a person labelled it" in line.value for line in app.caption)
    assert "glaze" in found(visit(author="", label=label))
    assert "glaze" not in found(visit(author="", label=before[0]))
    assert found(visit(author="", state="labelled by a person")) == ["glaze"]
    refresh(marl, model)
    assert sentiment(visit(author=""), "glaze") == (label, "a person")
    app.run()
    next(button for button in app.button if button.label == "Undo").click().run()
    assert sentiment(app, "glaze") == before
    refresh(marl, model)
    assert sentiment(visit(author=""), "glaze") == before


def test_many_are_labelled_at_once_ours_left_out_and_one_undo_takes_all_back(marl: Workspace):
    app = choose(visit(), "phone", "sorry", "roof", "cafe")
    assert any("3 messages chosen. Label all of them: (1 left out" in line.value for line in app.caption)
    app.button(key="chosen-neutral").click().run()
    assert {sentiment(app, name) for name in ("phone", "roof", "cafe")} == {("neutral", "a person")}
    assert sentiment(app, "sorry") == ("–", "–")
    (change,) = journal_changes.read_changes(marl)
    assert (change["many"], change["author"]) == (3, "Ana")
    assert "x:roof is neutral" in change["words"]
    next(button for button in app.button if button.label == "Undo").click().run()
    assert sentiment(app, "phone")[1] != "a person"
    assert journal_changes.read_changes(marl)[0]["undone"]


def test_a_label_can_be_taken_back_and_the_model_counts_again(marl: Workspace):
    app = click_on("roof", visit())
    before = sentiment(app, "roof")
    app.button(key="one-positive").click().run()
    app.button(key="one-none").click().run()
    assert sentiment(app, "roof") == before
    (row,) = journal_reads.read_labels_since(marl, "marl", START)
    assert (row["touch_id"], row["label"]) == ("x:roof", None)


def test_after_a_label_nothing_is_chosen_so_that_the_next_one_means_the_next_choice(marl: Workspace):
    app = choose(visit(), "phone", "roof")
    app.button(key="chosen-neutral").click().run()
    assert not [button for button in app.button if button.key and button.key.startswith("chosen-")]


def test_nobody_writes_without_a_name_and_the_choice_stays(marl: Workspace):
    app = choose(visit(author=""), "phone", "roof")
    app.button(key="chosen-neutral").click().run()
    assert [error.value for error in app.error] == [
        "Write your name into the side bar first: it stands beside every change."
    ]
    assert [toast.value for toast in app.toast] == [app.error[0].value], "also where one has scrolled to"
    assert journal_changes.read_changes(marl) == []
    assert app.button(key="chosen-neutral")


def test_undo_without_a_name_says_so_and_takes_nothing_back(marl: Workspace):
    app = choose(visit(), "phone", "roof")
    app.button(key="chosen-neutral").click().run()
    app.text_input(key="author").set_value("").run()
    next(button for button in app.button if button.label == "Undo").click().run()
    words = "Write your name into the side bar first: it stands beside every change."
    assert words in [error.value for error in app.error] and words in [toast.value for toast in app.toast]
    [change] = journal_changes.read_changes(marl)
    assert not change["undone"]


def explained(app: AppTest, name: str) -> str:
    """Return the Markdown of an explanation."""
    app.button(key=f"why-x:{name}").click().run()
    assert not app.exception
    return next(line.value for line in app.markdown if "-background[" in line.value)


def test_the_words_that_moved_a_score_are_those_of_the_model_in_their_order_and_signed(
    marl: Workspace, model: readings.Model
):
    app = visit(message="x:glaze")
    shown = explained(app, "glaze")
    table = next(frame.value for frame in app.dataframe if "Word" in frame.value)
    chosen = settings.load(marl.folder)
    target, others = (each.to_brand().names() for each in chosen.brand_settings())
    truth = explain(model, {name: text for name, _, _, text in SAID}["glaze"], target, others)
    assert (
        list(table["Word"])
        == [word.word for word in truth.words]
        == ["@marlkilns", "awful", "glaze,", "but", "the", "crew", "is", "great", "🔥"]
    )
    assert list(table["Moved the score by"]) == pytest.approx([word.moved for word in truth.words])
    assert ":blue-background[great **+" in shown and shown.index("awful") < shown.index("great")
    assert ":orange-background[furious **−" in explained(visit(message="x:roof"), "roof")
    assert any(f"came out at {truth.score:+.2f}".replace("-", "−") in line.value for line in app.caption)
    assert not any("have changed since" in line.value for line in app.caption)


def test_a_phrase_rule_is_shown_with_what_the_model_read_in_its_place(marl: Workspace):
    app = visit(message="x:sick")
    assert ":blue-background[wonderful" in explained(app, "sick")
    assert any("Phrase rules that applied: “sick” read as “wonderful”" in line.value for line in app.caption)


def test_a_score_that_a_rule_decided_is_not_explained_by_words(marl: Workspace):
    app = visit(message="x:down")
    app.button(key="why-x:down").click().run()
    assert any(line.value.startswith("A phrase rule of brand.toml decided") for line in app.markdown)
    assert not any("-background[" in line.value for line in app.markdown)


def test_other_settings_than_those_of_the_last_refresh_are_said(marl: Workspace):
    text = (marl.folder / "brand.toml").read_text().replace('read_as = "wonderful"', 'read_as = "horrible"')
    (marl.folder / "brand.toml").write_text(text)
    app = visit(message="x:sick")
    explained(app, "sick")
    assert any("have changed since" in line.value for line in app.caption)


def test_an_explanation_shows_hostile_words_as_they_are(marl: Workspace):
    app = visit(message="x:markup")
    app.button(key="why-x:markup").click().run()
    shown = "".join(line.value for line in app.markdown)
    for active in ("<b>", "**bold**", "](javascript", ":material/bomb", "$x$"):
        assert active not in shown
    assert "bold" in shown and "{name}" in shown.replace("\\", "")


def test_a_model_that_was_never_used_here_says_what_to_do(
    marl: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    import streamlit as st

    st.cache_resource.clear()
    st.cache_data.clear()
    monkeypatch.setenv("ORCHARD_CACHE", str(tmp_path / "empty"))
    app = visit(message="x:glaze", words="telephone", by="meaning")
    assert any("run python" in error.value for error in app.error)
    app.button(key="why-x:glaze").click().run()
    assert any("cannot be explained" in error.value for error in app.error)
    st.cache_resource.clear()
    st.cache_data.clear()


def test_neither_search_by_meaning_nor_an_explanation_loads_torch(marl: Workspace):
    code = """
    import sys
    from streamlit.testing.v1 import AppTest
    app = AppTest.from_file("dashboard.py", default_timeout=60)
    app.switch_page("views/conversations.py")
    for key, value in {"period": "everything", "words": "telephone", "by": "meaning", "message": "x:glaze"}.items():
        app.query_params[key] = value
    app.run()
    app.button(key="why-x:glaze").click().run()
    assert not app.exception and not app.error and any("-background[" in line.value for line in app.markdown)
    print(*sys.modules)
    """
    program = marl.folder / "program.py"
    program.write_text(textwrap.dedent(code).replace('"dashboard.py"', repr(str(ROOT / "dashboard.py"))))
    done = subprocess.run([sys.executable, program], cwd=ROOT, env=environment(marl), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "onnxruntime" in done.stdout.split()
    assert not {"torch", "transformers"} & set(done.stdout.split())


def environment(place: Workspace) -> dict[str, str]:
    return os.environ | {"ORCHARD_DATA": str(place.folder), "PYTHONPATH": str(ROOT)}


def test_the_address_of_a_message_shows_its_thread_and_can_be_copied(marl: Workspace):
    app = click_on("again", visit())
    assert app.query_params["message"] == "x:again"
    assert [code.value for code in app.code] == ["?brand=Marl+Kilns&message=x%3Aagain"]
    again = visit(author="", brand="Marl Kilns", message="x:again")
    assert again.subheader[0].value == "The whole thread"
    shown = [text.value for text in again.text]
    assert [text for _, who, _, text in SAID if who == "bo"] == shown


def test_a_message_that_is_not_there_any_more_is_said(marl: Workspace):
    assert any("is not there any more" in info.value for info in visit(author="", message="x:gone").info)


def test_of_a_long_thread_what_is_around_the_message_is_shown_until_all_is_wanted(marl: Workspace):
    brand = settings.load(marl.folder).find_brand("marl")
    more = [touch(20 + n, f"long{n}", "bo", "in", f"@marlkilns and {n}") for n in range(60)]
    save_outcomes(marl, more, [], FileCursor("g", "e", brand, "mapped", 60, finished=True))
    publish.relate(marl, settings.load(marl.folder), ModelFacts(scored_by(marl), card()))
    publish.publish(marl)
    app = visit(author="", message="x:long30")
    assert [text.value for text in app.text] == [f"@marlkilns and {n}" for n in range(15, 46)]
    app.toggle(key="all-x:long30").set_value(True).run()
    assert len(app.text) == 63


def scored_by(place: Workspace) -> str:
    with store.connect(place.mentions) as con:
        return str(con.execute("select model from derived.setting").fetchall()[0][0])


def test_where_people_are_not_to_be_seen_no_message_is(marl: Workspace):
    with (marl.folder / "brand.toml").open("a") as file:
        file.write('[privacy]\npeople = "aggregate"\n')
    app = visit(author="", message="x:phone")
    assert len(app.info) == 1 and "aggregate" in app.info[0].value
    assert not app.dataframe and not app.text


def test_days_of_ones_own_go_into_the_address_and_out_again(marl: Workspace):
    app = visit(author="")
    app.date_input(key="days").set_value((datetime(2026, 3, 4).date(), datetime(2026, 3, 5).date())).run()
    assert set(found(app)) == {"cafe", "roof"} and app.query_params["until"] == "2026-03-06"
    next(button for button in app.button if button.label.startswith("Only 04 Mar 2026")).click().run()
    assert set(found(app)) == EVERY and "from" not in app.query_params


def test_the_export_of_the_view_holds_all_that_fits_and_no_formula(marl: Workspace, browser: Browser, tmp_path: Path):
    with running(ROOT / "dashboard.py", marl.folder, tmp_path / "log") as address:
        page = browser.new_page(accept_downloads=True)
        page.goto(f"{address}/conversations?period=everything&direction=from+them")
        settled(page)
        with page.expect_download() as started:
            page.get_by_role("button", name="CSV of").click()
        started.value.save_as(tmp_path / "out.csv")
        page.close()
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        whole = list(csv.DictReader(file))
    rows = {row["id"]: row["Text"] for row in whole}
    assert {row["id"]: row["url"] for row in whole} == {key: f"https://x.com/i/{key[2:]}" for key in rows}
    safe = {"formula": '\'=HYPERLINK("http://evil.example","x") @marlkilns'}
    unsafe = {name: f"'{text}" for name, _, _, text in SAID if text.startswith("@")}  # @ begins a formula, too
    assert rows == {f"x:{name}": (unsafe | safe)[name] for name, _, way, _ in SAID if way == "in"}
