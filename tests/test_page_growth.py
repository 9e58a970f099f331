"""Growth: what relationships bear, who brought whom, and what is not told of few."""

import base64
import json
import shutil
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from pipeline import sample as sample_story
from pipeline import settings
from pipeline.publish import ModelFacts, publish, relate
from pipeline.store import Workspace
from tests.conftest import ROOT
from tests.test_pages import Look, Open, opened, shown, visit
from views import _charts, _charts_growth, _words

__all__ = ["visit"]

PAGE = "views/growth.py"


def charts(app) -> dict[str, dict]:
    specs = [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]
    return {spec["layout"]["title"]["text"]: spec for spec in specs}


def numbers(column: list | dict) -> list[float]:
    """Return the numbers of a column, which Plotly may have packed."""
    if isinstance(column, list):
        return column
    return np.frombuffer(base64.b64decode(column["bdata"]), column["dtype"]).tolist()


@pytest.fixture(scope="module")
def typed(sample: Workspace, tmp_path_factory: pytest.TempPathFactory, model) -> Workspace:
    """The sample in which its people typed what they typed."""
    place = Workspace(tmp_path_factory.mktemp("typed") / "typed")
    shutil.copytree(sample.folder, place.folder)
    assert sample_story.write_journal(place, ROOT / "data" / "sample" / "journal.toml", "tamrow") > 20
    relate(place, settings.load(place.folder), ModelFacts(model.version))
    publish(place)
    return place


@pytest.fixture
def told(typed: Workspace, tmp_path: Path, in_workspace: Look) -> Workspace:
    """A copy of it that a test may change, and that the pages show."""
    place = Workspace(tmp_path / "told")
    shutil.copytree(typed.folder, place.folder)
    in_workspace(place)
    return place


def test_without_fruit_the_page_says_how_to_enter_it(visit: Open):
    app = visit(PAGE)
    assert any("No fruit is entered yet" in info.value for info in app.info)
    assert "Who brought whom?" not in charts(app)


def test_the_first_sentences_say_of_how_many_people_all_of_it_is(visit: Open, sample: Workspace):
    app = visit(PAGE)
    tried = shown(sample, "touches_per_outcome", brand="tamrow")
    row = tried[tried["outcome"] == "two-way"].iloc[0]
    said = next(line.value for line in app.markdown if "touches** from them" in line.value)
    assert said.endswith(f"So far {row['all_outcomes']} of {row['people']} people have come to it.")


def test_who_came_to_it_later_than_on_the_first_day_is_not_denied(visit: Open, sample: Workspace):
    app = visit(PAGE)
    row = shown(sample, "touches_per_outcome", brand="tamrow").query("outcome == 'two-way'").iloc[0]
    so_far = f"So far {row['all_outcomes']} of {row['people']} people have come to it."
    (said,) = (info.value for info in app.info if "on the day they first speak" in info.value)
    assert "on the day they first speak. On which day the others came to it there are too few to tell" in said
    touches = next(line.value for line in app.markdown if "touches** from them" in line.value)
    assert (
        touches.endswith(so_far)
        and f"over the {row['all_touches']:,} touches up to then" in touches
        and "of everybody" not in touches
    )


@pytest.mark.parametrize(
    ("unanswered", "words"),
    [(0.0, "no median yet: not enough questions are old enough"), (0.6, "no median: 60 % are unanswered")],
)
def test_a_median_is_missing_for_what_is_unanswered_or_too_recent(unanswered: float, words: str, told: Workspace):
    with duckdb.connect(told.published) as con:
        con.execute("update response set median_hours = null, unanswered_share = ?", [unanswered])
    assert any(line.value.endswith(words) for line in opened(PAGE).caption)


def test_what_is_in_time_says_within_how_many_hours_and_of_how_many_questions(visit: Open, sample: Workspace):
    app = visit(PAGE)
    found = shown(sample, "response", brand="tamrow", grain="all").set_index("direction").loc["ours"]
    assert app.metric[0].value == f"{100 * found['in_time_share']:.0f} % within 48 h"
    assert any(f"of {found['judged']:,} questions" in line.value for line in app.caption)


def test_the_story_is_written_once_into_an_empty_journal(told: Workspace):
    assert sample_story.write_journal(told, ROOT / "data" / "sample" / "journal.toml", "tamrow") == 0


def test_who_brought_whom_is_a_tree_with_names(told: Workspace):
    app = opened(PAGE)
    (tree,) = charts(app)["Who brought whom?"]["data"]
    below = dict(zip(tree["labels"], tree["parents"], strict=True))
    roots = {label for label, parent in below.items() if parent == "root"}
    assert roots == {"Odette Marsh"}
    assert set(below) - roots - {"Brought by somebody"} == {"Bettina Faulk", "Sam Okonjo", "Rui Tavares"}
    assert "3 people came by referral or introduction, brought by 1 person." in [m.value for m in app.markdown]


@pytest.mark.parametrize("column", ["Who", "Brought by"])
def test_a_name_of_those_who_were_brought_opens_that_person(told: Workspace, column: str):
    app = opened(PAGE)
    name = app.dataframe[0].value[column].iloc[1]
    app.session_state["tree"] = {"selection": {"rows": [], "columns": [], "cells": [(1, column)]}}
    app.run()
    assert app.title[0].value == name


def test_fruit_per_hundred_people_never_falls_and_has_its_band(told: Workspace):
    traces = {trace.get("name"): trace for trace in charts(opened(PAGE))["What do relationships bear in time?"]["data"]}
    line = numbers(traces["Fruit per 100 people"]["y"])
    assert line == sorted(line) and line[-1] > 5
    assert "90 % band" in traces


def test_where_single_people_are_not_shown_the_tree_is_only_a_count(told: Workspace):
    with (told.folder / "brand.toml").open("a") as file:
        file.write('\n[privacy]\npeople = "aggregate"\n')
    app = opened(PAGE)
    assert "Who brought whom?" not in charts(app) and not app.dataframe
    assert any("3 people came" in m.value for m in app.markdown)


def test_answered_and_unanswered_complaints_stand_beside_each_other_with_intervals(visit: Open, sample: Workspace):
    traces = charts(visit(PAGE))["What becomes of a complaint?"]["data"]
    known = shown(sample, "repair_rate", brand="tamrow", fewest=5)
    no, yes = (known.loc[known["answered"] == answered, "complaints"].iloc[0] for answered in (False, True))
    assert [trace["name"] for trace in traces] == ["better", "same", "silent"]
    for trace in traces:
        assert trace["x"] == [f"not answered<br>({no} complaints)", f"answered<br>({yes} complaints)"]
        assert len(numbers(trace["error_y"]["array"])) == 2


def test_few_months_are_ticked_at_whole_numbers():
    months = pd.DataFrame({"month": [1, 2], "low": 0.2, "high": 0.7, "active": 4, "people": 9, "retained": 0.4})
    axes = [_charts_growth.kept(rows, "?", "Months", "People").layout.xaxis for rows in (months, months * 12)]
    assert [(axis.tick0, axis.dtick) for axis in axes] == [(0, 1), (None, None)]


def test_another_brand_is_called_by_its_name(visit: Open):
    app = visit(PAGE, brand="Quillstone Construction")
    name = "Quillstone Construction"
    assert [metric.label for metric in app.metric] == [f"{name} answers them", f"They answer {name}"]


def test_a_title_too_long_for_a_phone_stands_in_lines_below_the_buttons():
    curve = {"t": [0, 9], "reached": [0.1, 0.25], "low": 0.05, "high": 0.4, "at_risk": 9, "reached_competing": 0.1}
    title = "How many come to a first conversation in both directions, and when?"
    figure = _charts_growth.reached(pd.DataFrame(curve), title)
    lines = figure.layout.title.text.split("<br>")
    assert lines == ["How many come to a first conversation in both", "directions, and when?"]
    assert figure.layout.height == 360 + _charts.BUTTONS + _charts.LINE_HEIGHT
    assert figure.layout.yaxis.ticksuffix == " %" and list(figure.data[2].y) == [10, 25]


def test_a_single_month_has_its_interval_as_a_bar():
    month = {"month": 1, "people": 9, "low": 0.2, "high": 0.7}
    retained = pd.DataFrame([month | {"active": 4, "retained": 0.4}])
    fruitful = pd.DataFrame([month | {"fruit_per_100": 0.4, "given": 1.0, "received": 2.0}])
    ways = {"given": "From us", "received": "From them"}
    for figure, of in (
        (_charts_growth.kept(retained, "Do they come back?", "Months", "People"), 100),
        (_charts_growth.fruit(fruitful, "Does it bear fruit?", "Months", "Fruit", "Touches", ways), 1),
    ):
        (line,) = (trace for trace in figure.data if trace.error_y.visible)
        ends = [line.y[0] - line.error_y.arrayminus[0], line.y[0] + line.error_y.array[0]]
        assert ends == pytest.approx([0.2 * of, 0.7 * of])


def test_a_long_median_is_told_in_days():
    assert [_words.in_hours(hours) for hours in (0.5, 72, 72.5, 1920.2)] == ["0.5 h", "72.0 h", "3 days", "80 days"]
