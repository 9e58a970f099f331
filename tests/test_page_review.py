"""Review: labels given without seeing the model's opinion, what they count for, and what they say of the model."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page
from statsmodels.stats.proportion import proportion_confint
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from models.catalog import card
from pipeline import journal, publish, reads, settings, store
from pipeline.contents import read_metric
from pipeline.publish import ModelFacts
from pipeline.store import Workspace
from tests.conftest import ROOT
from tests.server import running, settled, still
from tests.test_pages import Look, opened
from views import _agreement

MONTH = "Mar 2026"  # as the address names it; the sample has 40 messages that count in it
ASKED = """words => document.querySelector('[data-testid=stMain] [data-testid=stText]')?.innerText === words
    && document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"""
BOTH = """() => ['1', '3'].forEach(key => document.body.dispatchEvent(new KeyboardEvent(
    'keydown', {key, code: `Digit${key}`, keyCode: key.charCodeAt(0), bubbles: true})))"""
LABELS = ("negative", "neutral", "positive")


@pytest.fixture
def place(sample: Workspace, tmp_path: Path, in_workspace: Look) -> Workspace:
    """A copy of the sample that a test may write to, and that the pages show."""
    copy = Workspace(tmp_path / "sample")
    copy.folder.mkdir()
    for file in sample.folder.iterdir():
        (copy.folder / file.name).write_bytes(file.read_bytes())
    in_workspace(copy)
    return copy


def visit(author: str = "Ana", month: str = MONTH, **query: str) -> AppTest:
    app = opened("views/review.py", month=month, **query)
    return app.sidebar.text_input(key="author").set_value(author).run() if author else app


def ask(place: Workspace, name: str, **values: object) -> pd.DataFrame:
    with store.open_published(place.published) as con:
        return reads.frame(con, name, brand="tamrow", **values)


def order(place: Workspace, pile: str = "sample", seed: str = "tamrow 2026-03", many: int = 999) -> list[str]:
    """Return the messages of the month in the order in which they are to be labelled."""
    days = {"start": datetime(2026, 3, 1), "until": datetime(2026, 4, 1)}
    found = ask(place, "to_review", pile=pile, seed=seed, passed=[], many=many, **days)
    return [str(touch) for touch in found["touch_id"]]


def texts(place: Workspace) -> dict[str, str]:
    with store.open_published(place.published) as con:
        return dict(con.execute("select touch_id, text from pub.touch where brand = 'tamrow'").fetchall())


def labels(place: Workspace) -> list[tuple[str, str, bool, str]]:
    """Return the labels of the journal that count, in the order in which they were written."""
    with store.connect(place.journal) as con:
        return con.execute("select touch_id, label, drawn, author from label_now order by written_at").fetchall()


def shown(app: AppTest) -> str:
    """Return the text of the message that is to be labelled."""
    assert not app.exception, app.exception[0].value
    return str(app.text[0].value)


def button(app: AppTest, name: str) -> Button:
    """Return a button of the message that is asked."""
    return next(button for button in app.button if (button.key or "").startswith(f"{name}-"))


def relate(place: Workspace) -> None:
    """Do what a refresh does after scoring."""
    with store.connect(place.mentions) as con:
        ((model,),) = con.execute("select model from derived.setting").fetchall()
    publish.relate(place, settings.load(place.folder), ModelFacts(str(model), card()))
    publish.publish(place)


def test_a_label_of_the_sample_is_kept_as_drawn_by_chance_and_the_next_message_comes(place: Workspace):
    wanted, said = order(place), texts(place)
    app = visit()
    for touch, label in zip(wanted[:3], LABELS, strict=True):
        assert shown(app) == said[touch]
        button(app, f"say-{label}").click().run()
    assert shown(app) == said[wanted[3]]
    assert labels(place) == [(touch, label, True, "Ana") for touch, label in zip(wanted[:3], LABELS, strict=True)]


def test_nothing_is_drawn_from_the_numbers_of_a_group_or_of_a_past_day(place: Workspace):
    with store.connect(place.mentions) as con:
        con.execute(f"attach '{place.published}' as pub")
        con.execute("update pub.meta set only_group = 'list:vip'")
    app = visit()
    assert not [each for each in app.button if (each.key or "").startswith("say-")]
    assert any("a sample drawn from these would not be one of all" in each.value for each in app.warning)


def test_a_label_of_a_doubtful_one_is_not_kept_as_drawn(place: Workspace):
    wanted = order(place, "doubtful")
    app = visit(pile="doubtful ones")
    button(app, "say-neutral").click().run()
    assert labels(place) == [(wanted[0], "neutral", False, "Ana")]
    assert shown(app) == texts(place)[wanted[1]]
    assert not [bar for bar in app.main if bar.type == "progress"]


def test_the_opinion_of_the_model_is_nowhere_before_the_label_is_given(place: Workspace):
    wanted = order(place)
    for pile in ("random sample", "doubtful ones"):
        app = visit(pile=pile)
        app.toggle[0].set_value(True).run()
        said = " ".join(line.value for line in (*app.markdown, *app.caption))
        assert "confidence" not in said and ":material/add_circle:" not in said and "(doubtful" not in said
    assert wanted


def test_everybody_is_asked_in_the_same_order_and_chance_makes_it(place: Workspace):
    everything = order(place)
    assert everything == order(place)
    days = {"start": datetime(2026, 3, 1), "until": datetime(2026, 4, 1)}
    asked = {"brand": "tamrow", "pile": "sample", "passed": [], "many": 1, **days}
    with store.open_published(place.published) as con:
        first = Counter(reads.frame(con, "to_review", seed=f"{n}", **asked)["touch_id"][0] for n in range(400))
    expected = 400 / len(everything)
    chi2 = sum((first[touch] - expected) ** 2 / expected for touch in everything)
    assert len(everything) > 20 and chi2 < len(everything) + 4 * (2 * len(everything)) ** 0.5


def test_a_message_labelled_for_another_reason_is_drawn_all_the_same(place: Workspace):
    wanted = order(place)
    rows = [{"brand": "tamrow", "touch_id": wanted[0], "label": "negative"}]
    journal.save_labels(place, rows, "Bo", drawn=False)
    assert shown(visit()) == texts(place)[wanted[0]]
    relate(place)
    assert order(place) == wanted
    assert wanted[0] not in order(place, "doubtful")
    app = visit()
    button(app, "say-negative").click().run()
    assert labels(place) == [(wanted[0], "negative", True, "Ana")]
    relate(place)
    assert order(place) == wanted[1:]


def test_what_a_colleague_labels_meanwhile_is_not_asked_again(place: Workspace):
    wanted = order(place)
    app = visit()
    journal.save_labels(place, [{"brand": "tamrow", "touch_id": wanted[1], "label": "neutral"}], "Bo", drawn=True)
    button(app, "say-positive").click().run()
    assert shown(app) == texts(place)[wanted[2]]


def test_skipped_ones_come_again_when_all_others_are_done(place: Workspace):
    wanted, said = order(place), texts(place)
    app = visit()
    button(app, "skip").click().run()
    assert shown(app) == said[wanted[1]]
    rest = [{"brand": "tamrow", "touch_id": touch, "label": "neutral"} for touch in wanted[1:]]
    journal.save_labels(place, rest, "Bo", drawn=True)
    app.run()
    assert [done.value for done in app.success] == ["All messages of Mar 2026 are labelled or skipped."]
    next(button for button in app.button if button.label == "Show the one that was skipped").click().run()
    assert shown(app) == said[wanted[0]]


def test_the_page_begins_with_all_months_and_leads_back_to_them_from_one_that_is_done(place: Workspace):
    every = {"start": datetime(1900, 1, 1), "until": datetime(2900, 1, 1), "passed": [], "many": 1}
    first = ask(place, "to_review", pile="sample", seed="tamrow 1900-01", **every)["text"][0]
    app = opened("views/review.py")
    assert shown(app) == first and app.selectbox(key="month").options[0] == "all months"
    assert progress(app) == "0 labels drawn by chance (0 negative, 0 neutral, 0 positive): 100 more to 100"
    rows = [{"brand": "tamrow", "touch_id": touch, "label": "neutral"} for touch in order(place)]
    journal.save_labels(place, rows, "Bo", drawn=True)
    app = visit(author="")
    next(button for button in app.button if button.label == "Go on with all months").click().run()
    assert shown(app) == first and "month" not in app.query_params


def test_undo_brings_the_last_message_back_as_often_as_one_wants(place: Workspace):
    wanted, said = order(place), texts(place)
    app = visit()
    assert button(app, "back").disabled
    for _ in range(2):
        button(app, "say-negative").click().run()
    for touch in (wanted[1], wanted[0]):
        button(app, "back").click().run()
        assert shown(app) == said[touch]
    assert labels(place) == [] and button(app, "back").disabled


def test_without_a_name_nothing_is_kept_and_the_same_message_stays(place: Workspace):
    app = visit(author="")
    before = shown(app)
    button(app, "say-negative").click().run()
    assert ["Write your name into the side bar first" in toast.value for toast in app.toast] == [True]
    assert not app.error, "nothing pushes the page down"
    assert shown(app) == before and labels(place) == []


def progress(app: AppTest) -> str:
    return next(str(bar.proto.text) for bar in app.main if bar.type == "progress")


def test_progress_counts_labels_of_chance_at_once_and_after_a_refresh(place: Workspace):
    wanted = order(place)
    rows = [{"brand": "tamrow", "touch_id": touch, "label": "negative"} for touch in wanted[:4]]
    journal.save_labels(place, rows, "Bo", drawn=True)
    journal.save_labels(place, [rows[0] | {"touch_id": wanted[9]}], "Bo", drawn=False)
    words = "4 labels drawn by chance (4 negative, 0 neutral, 0 positive), 4 of them of Mar 2026: 96 more to 100"
    assert progress(visit(author="")) == words
    relate(place)
    app = visit()
    assert progress(app) == words
    button(app, "say-positive").click().run()
    assert progress(app).startswith("5 labels drawn by chance (4 negative, 0 neutral, 1 positive)")


def test_the_page_says_that_the_period_beside_is_not_asked(place: Workspace):
    captions = [caption.value for caption in visit().caption]
    assert "Over the whole history, whatever period is chosen beside." in captions


def test_the_agreement_is_counted_on_labels_of_chance_alone_with_its_interval(place: Workspace):
    wanted = order(place)
    with store.open_published(place.published) as con:
        of_model = dict(con.execute("select touch_id, label_of_model from pub.touch where brand = 'tamrow'").fetchall())
    other = {"negative": "positive", "neutral": "positive", "positive": "neutral"}
    said = [of_model[t] if n % 4 else other[of_model[t]] for n, t in enumerate(wanted[:24])]
    rows = [{"brand": "tamrow", "touch_id": t, "label": s} for t, s in zip(wanted, said, strict=False)]
    journal.save_labels(place, rows, "Bo", drawn=True)
    journal.save_labels(place, [rows[0] | {"touch_id": wanted[24]}], "Bo", drawn=False)
    low, high = proportion_confint(18, 24, alpha=0.1, method="wilson")
    app = visit(author="")
    line = (
        f"The model says the same as people on **75 %** (90 %: {100 * low:.0f} % … {100 * high:.0f} %) of 24 messages"
    )
    assert f"{line} that were drawn by chance." in [text.value for text in app.markdown]
    table = app.dataframe[0].value
    expected = Counter(zip(said, (of_model[t] for t in wanted[:24]), strict=True))
    counts = {(row["People say"], m): row[f"model: {m}"] for _, row in table.iterrows() for m in LABELS}
    assert {key: many for key, many in counts.items() if many} == dict(expected)


def test_a_share_is_never_less_than_nothing():
    assert [_agreement.wilson(0, 4)[0], _agreement.wilson(4, 4)[1]] == [0, 1]


def test_the_table_of_what_the_model_said_waits_for_twenty_labels(place: Workspace):
    rows = [{"brand": "tamrow", "touch_id": touch, "label": "neutral"} for touch in order(place)[:20]]
    journal.save_labels(place, rows[:19], "Bo", drawn=True)
    app = visit(author="")
    assert not app.dataframe and any("From 20 labels on" in line.value for line in app.caption)
    journal.save_labels(place, rows[19:], "Bo", drawn=True)
    assert len(visit(author="").dataframe) == 1


@pytest.mark.parametrize(("agreed", "many"), [(0, 5), (3, 7), (90, 100), (4, 4)])
def test_the_interval_of_a_share_is_wilsons(agreed: int, many: int):
    expected = proportion_confint(agreed, many, alpha=0.1, method="wilson")
    assert _agreement.wilson(agreed, many) == pytest.approx(expected, abs=2e-4)


def test_from_twenty_labels_of_a_month_on_the_band_is_shown_as_the_audit_computes_it(place: Workspace):
    wanted, chance = order(place), np.random.default_rng(1)
    said = chance.choice(LABELS, 30)
    rows = [{"brand": "tamrow", "touch_id": t, "label": str(s)} for t, s in zip(wanted, said, strict=False)]
    journal.save_labels(place, rows, "Bo", drawn=True)
    before = visit(author="")
    assert any("From 20 labels of one month on" in info.value and "are 30" in info.value for info in before.info)
    relate(place)
    app = visit(author="")
    (row,) = read_metric(place, "audit").to_pylist()
    both = (row["high"] - row["low"]) / 2
    alone = 1.645 * row["se_labels_only"]
    line = next(text.value for text in app.caption if "prediction-powered" in text.value)
    assert f"Its 30 labels alone leave a band of ±{alone:.2f}" in line and f"it is ±{both:.2f} (" in line
    assert line.startswith("Mar 2026: the model alone says") and row["labels"] == 30


def test_a_month_whose_labels_all_say_the_same_has_no_band(place: Workspace):
    rows = [{"brand": "tamrow", "touch_id": touch, "label": "negative"} for touch in order(place)[:30]]
    journal.save_labels(place, rows, "Bo", drawn=True)
    relate(place)
    app = visit(author="")
    assert any(text.value.startswith("Mar 2026: all 30 labels say the same.") for text in app.caption)


def test_a_brand_of_which_nothing_was_scored_is_no_error(place: Workspace):
    with store.connect(place.mentions) as con:
        con.execute("delete from score")
    relate(place)
    app = opened("views/review.py")
    assert ["Nothing was heard and scored yet" in info.value for info in app.info] == [True]


def test_where_people_are_not_to_be_seen_nothing_is_labelled(place: Workspace):
    with (place.folder / "brand.toml").open("a") as file:
        file.write('\n[privacy]\npeople = "aggregate"\n')
    app = visit(author="")
    assert not app.text and not [button for button in app.button if (button.key or "").startswith("say-")]
    assert "aggregate" in app.info[0].value


def is_asked(page: Page, words: str) -> None:
    """Wait until a message is asked, and its buttons are there too."""
    page.wait_for_function(ASKED, arg=words, timeout=30_000)


@pytest.mark.parametrize("name", ["say-negative", "skip", "back"])
def test_a_press_that_comes_before_the_next_message_is_there_does_nothing(name: str, place: Workspace):
    app = visit()
    button(app, "say-neutral").click().run()
    before, kept = shown(app), labels(place)
    app.session_state["asked"] = []  # as from an answer on, until the next message is drawn
    button(app, name).click().run()
    assert (shown(app), labels(place)) == (before, kept)
    assert ["One key counts for a message" in toast.value for toast in app.toast] == [True]
    button(app, name).click().run()
    assert shown(app) != before


def test_a_message_that_is_asked_again_for_the_sample_is_still_the_last_answer(place: Workspace):
    doubtful, said = order(place, "doubtful"), texts(place)
    app = visit(pile="doubtful ones")
    button(app, "say-neutral").click().run()
    app.session_state["pile"] = "sample"
    app.run()
    while shown(app) != said[doubtful[0]]:
        button(app, "skip").click().run()
    assert labels(place) == [(doubtful[0], "neutral", False, "Ana")]
    button(app, "back").click().run()
    assert labels(place) == []


@pytest.fixture
def page(place: Workspace, browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """Review in a real browser, by somebody who gave a name and whose keys go to the page."""
    with (
        running(ROOT / "dashboard.py", place.folder, tmp_path / "log") as address,
        browser.new_context(viewport={"width": 1280, "height": 900}) as context,
    ):
        page = context.new_page()
        page.goto(f"{address}/review?month=2026-03")  # as addresses had it before
        settled(page)
        page.get_by_role("textbox", name="Your name").fill("Ana")
        page.keyboard.press("Enter")
        page.keyboard.press("Escape")
        page.evaluate("document.activeElement.blur()")
        still(page)
        yield page


def test_of_two_keys_at_once_one_counts_and_for_the_message_on_screen(place: Workspace, page: Page):
    wanted, said = order(place), texts(place)
    for touch, following in pairwise(wanted[:6]):
        is_asked(page, said[touch])
        page.evaluate(BOTH)
        is_asked(page, said[following])
    still(page)
    with store.connect(place.journal) as con:
        given = con.execute("select touch_id from label order by written_at").fetchall()
    assert given == [(touch,) for touch in wanted[:5]]
