"""Pulse: the feeling in words, what was out of the ordinary, and who and what moved it."""

import json
import re
import shutil
from datetime import date, datetime
from pathlib import Path
from urllib.parse import urlencode

import pandas as pd
import pyarrow as pa
import pytest
from streamlit.proto.Metric_pb2 import Metric as MetricProto
from streamlit.testing.v1 import AppTest

from models.catalog import card
from pipeline import journal, journal_reads, readings, run, settings, store
from pipeline.file_cursors import FileCursor
from pipeline.metrics import why
from pipeline.publish import ModelFacts, publish, relate
from pipeline.store import Workspace
from pipeline.telling import moved, sentences
from pipeline.touch import Account, Direction, Mapped, Record, Touch
from tests.conftest import ROOT, TAMROW
from tests.test_pages import NO_AREA, Look, Open, opened, shown, visit
from tests.test_store import Fixed
from tests.worlds import save_outcomes, student
from views import _asked, _charts, _charts_pulse, _days, _pulse_correction, _pulse_groups, _pulse_moved, _words

__all__ = ["visit"]

PAGE = "views/pulse.py"
NAMES = {"tamrow": "Tamrow Design-Build", "quillstone": "Quillstone Construction", "fenmarsh": "Fenmarsh Builders"}
JULY, AUGUST, SEPTEMBER = (datetime(2026, month, 1) for month in (7, 8, 9))
FALL = {"before": JULY, "start": AUGUST, "until": SEPTEMBER}
FOUR_WEEKS = {"before": datetime(2026, 9, 16), "start": datetime(2026, 10, 14), "until": datetime(2026, 11, 11)}
YEAR = {"before": datetime(2024, 11, 12), "start": datetime(2025, 11, 12), "until": datetime(2026, 11, 11)}
HALF_YEAR = {"before": datetime(2025, 11, 12), "start": datetime(2026, 5, 13), "until": datetime(2026, 11, 11)}


@pytest.fixture
def own(sample: Workspace, tmp_path: Path, in_workspace: Look) -> Workspace:
    """A copy of the sample that a test may change."""
    place = Workspace(tmp_path / "own")
    shutil.copytree(sample.folder, place.folder)
    in_workspace(place)
    return place


@pytest.fixture(scope="module")
def meant(sample: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The sample with what its authors say as the scores: what is out of the ordinary then hangs on no model."""
    place = Workspace(tmp_path_factory.mktemp("meant") / "meant")
    shutil.copytree(sample.folder, place.folder)
    lines = (ROOT / "data" / "sample" / "touches.jsonl").read_text(encoding="utf-8").splitlines()
    said = [(f"{t['source']}:{t['id']}", t["label"]) for t in map(json.loads, lines) if "label" in t]
    with store.connect(place.mentions) as con:
        con.register("said", pa.table({"touch_id": [key for key, _ in said], "label": [label for _, label in said]}))
        con.execute(
            "update score set negative = (label = 'negative')::float, neutral = (label = 'neutral')::float,"
            " positive = (label = 'positive')::float from said where said.touch_id = score.touch_id"
        )
        model = con.execute("select distinct model from score").fetchall()
    relate(place, settings.load(place.folder), ModelFacts(model[0][0]))
    publish(place)
    return place


@pytest.fixture
def visit_meant(meant: Workspace, in_workspace: Look) -> Open:
    """Open a page of the sample as its authors meant it."""
    in_workspace(meant)
    return opened


def click(app: AppTest, moment: str) -> AppTest:
    """Click a point of the index."""
    app.session_state["index"] = {"selection": {"points": [{"x": moment}], **NO_AREA}}
    return app.run()


def choose_cell(app: AppTest, row: int) -> AppTest:
    """Click a name in the table of who moved the index most."""
    key = "-".join(app.dataframe[0].proto.id.rsplit("-", 2)[-2:])
    app.session_state[key] = {"selection": {"rows": [], "columns": [], "cells": [(row, "Name")]}}
    return app.run()


def words(app: AppTest) -> str:
    return "\n".join(line.value for line in (*app.markdown, *app.caption, *app.text, *app.info))


def figures(app: AppTest) -> dict[str, dict]:
    """Return the figures of a page by their titles."""
    found = [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]
    return {figure["layout"]["title"]["text"]: figure for figure in found}


def taken_apart(place: Workspace, days: dict[str, datetime] = FALL) -> pd.DataFrame:
    """Return what a change came from; without more words the fall of August."""
    rows = shown(place, "why", brand="tamrow", **days)
    return why.finish(pa.Table.from_pandas(rows, preserve_index=False)).to_pandas()


@pytest.mark.parametrize("brand", NAMES)
@pytest.mark.parametrize("period", ["4 weeks", "6 months", "everything"])
def test_pulse_follows_brand_and_period(brand: str, period: str, visit: Open):
    app = visit(PAGE, brand=NAMES[brand], period=period)
    assert app.selectbox(key="brand").value == brand
    assert app.selectbox(key="period").value == period
    assert [metric.label for metric in app.metric] == ["Feeling", "If every post counts", "People heard", "Mentions"]


def test_the_first_words_say_the_feeling_its_interval_and_whose_it_is(visit: Open, sample: Workspace):
    app = visit(PAGE, period="everything")
    brands = shown(sample, "brands")
    first, last = (brands[column].iloc[0] for column in ("first_touch", "last_touch"))
    start, until = first.normalize(), (last + pd.Timedelta(days=1)).normalize()
    span = {"before": start - (until - start), "start": start, "until": until}
    found = shown(sample, "period", brand="tamrow", **{key: day.to_pydatetime() for key, day in span.items()}).iloc[0]
    assert app.markdown[0].value.strip() == (
        f"Feeling is **{_words.signed(found['now'])}** (90 %: {_words.interval(found['low'], found['high'])}), by "
        f"{int(found['people'])} people in {int(found['mentions'])} mentions from {_words.days(start, until)}. "
        "There is no period before it to compare with."
    )


def test_the_first_words_say_whether_it_changed_by_more_than_chance_and_why(visit: Open, sample: Workspace):
    first = visit(PAGE, period="4 weeks").markdown[0].value
    groups = moved.groups(taken_apart(sample, FOUR_WEEKS))
    leavers = _words.signed(groups.set_index("name")["contribution"]["leavers"])
    yet = f"Yet of its {len(groups)} groups **leavers** ({leavers}) against the rest moved by more than chance would do"
    assert first.endswith(f"is no more than chance would do. {yet} (as one part in ten does by chance).")


def test_a_change_by_chance_leaves_nothing_to_explain_only_where_no_part_moved():
    within, beyond, below = (change_of(much) for much in (0.16, 0.17, -0.2))
    assert sentences.beneath(_pulse_moved.VOICE, {"of_groups": within}, 0.1) == "There is no reason to look for."
    told = sentences.beneath(_pulse_moved.VOICE, {"of_groups": pd.concat([within, beyond]), "of_topics": beyond}, 0.1)
    assert told.startswith("Yet of its 2 groups **stayers** (+0.17) against the rest and of its 1 topics **stayers** ")
    assert " against " not in sentences.beneath(_pulse_moved.VOICE, {"of_groups": beyond}, 0.2)
    both = pd.concat([beyond, below])  # the rest of each is the other
    two = sentences.beneath(_pulse_moved.VOICE, {"of_groups": both}, -0.03)
    assert "**stayers** (+0.17), **stayers** (−0.20) moved by more" in two


def change_of(much: float) -> pd.DataFrame:
    """Return one part of a change with an error of 0.1."""
    return pd.DataFrame([{"name": "stayers", "contribution": much, "se": 0.1}])


def test_a_change_that_nothing_stands_before_is_said_so():
    assert _pulse_moved.changed(none_before(people=0), everything=True).startswith("There is no period before it")
    assert "There are not enough people in the equal period" in _pulse_moved.changed(none_before(people=3))
    assert "Nobody was heard in the equal period before it" in _pulse_moved.changed(none_before(people=0))


def none_before(people: int) -> pd.Series:
    """Return a period that cannot be compared with the one before it, in which so many people were heard."""
    return pd.Series({"change": None, "se_change": None, "people_before": people})


def test_a_fall_is_explained_by_what_lowered_the_feeling(visit: Open, sample: Workspace):
    app = click(visit(PAGE, period="6 months"), "2026-08-01")
    told = next(line.value for line in app.markdown if line.value.startswith("01 Aug 2026"))
    lowest = moved.groups(taken_apart(sample)).sort_values("contribution").iloc[0]
    assert f"The largest part came from **{lowest['name']}** ({_words.signed(lowest['contribution'])}, " in told


def test_what_moved_the_other_way_is_no_reason_for_a_change():
    rows = apart(("within", 0.44, 9, 9), ("newcomer", -0.3, 9, 0)).assign(name=["stayers", "newcomers"])
    assert sentences.most(rows, -0.29)["name"] == "newcomers"
    assert sentences.most(rows, 0.29)["name"] == "stayers"
    assert sentences.most(rows.iloc[:1], -0.29) is None


def test_everybody_s_mentions_count_once_and_the_strongest_stand_first(sample: Workspace):
    told = moved.persons(taken_apart(sample), 2)
    state = shown(sample, "period", brand="tamrow", **FALL).iloc[0]
    sums = told[["mentions", "mentions_before"]].sum().tolist()
    assert sums == [state["mentions"], state["mentions_before"]]
    sizes = told["contribution"].abs().tolist()[:-1]
    assert len(sizes) == 4 and sizes == sorted(sizes, reverse=True)
    assert told["contribution"].sum() == pytest.approx(state["change"])
    assert told["key"].iloc[-1] == "all others"


def test_a_change_that_is_chance_has_its_margin_and_no_arrow(visit: Open, sample: Workspace):
    app = visit(PAGE, period="12 months")
    found = shown(sample, "period", brand="tamrow", **YEAR).iloc[0]
    feeling, post = app.metric[:2]
    assert feeling.delta == f"{_words.signed(found['change'])} ± {1.645 * found['se_change']:.2f}"
    assert [metric.proto.direction for metric in (feeling, post)] == [MetricProto.MetricDirection.NONE] * 2
    assert post.delta == f"90 %: {_words.interval(found['post_low'], found['post_high'])}"
    fewer = found["mentions_before"] - found["mentions"]
    assert fewer > 0 and app.metric[3].delta == f"−{int(fewer)}"
    assert app.metric[3].proto.direction == MetricProto.MetricDirection.DOWN


def test_the_band_of_every_post_counts_a_loud_person_once(sample: Workspace):
    con = store.open_published(sample.published)
    days = [HALF_YEAR["start"], HALF_YEAR["until"]]
    of_days = "brand = 'tamrow' and counts and happened_at >= ? and happened_at < ?"
    said = con.execute(f"select person_id, value from pub.touch where {of_days}", days).df()
    found = shown(sample, "period", brand="tamrow", **HALF_YEAR).iloc[0]
    assert found["post_now"] == pytest.approx(said["value"].mean())
    of = said.groupby("person_id")["value"].agg(["sum", "count"])
    without = (of["sum"].sum() - of["sum"]) / (of["count"].sum() - of["count"])
    se = ((without - said["value"].mean()).pow(2).sum() * (len(of) - 1) / len(of)) ** 0.5
    se *= student(len(said) ** 2 / said.groupby("person_id").size().pow(2).sum())
    model = (found["high"] - found["now"]) ** 2 / 1.645**2 - found["se"] ** 2
    assert found["post_high"] - found["post_now"] == pytest.approx(1.645 * (se**2 + model) ** 0.5)


def test_months_that_hold_more_than_the_chosen_days_are_said_to(visit: Open):
    said = [line.value for line in visit(PAGE, period="6 months").caption]
    first = "The first month is drawn whole, though these days begin within it."
    assert f"Click a bar to read the messages behind it. {first} The last month is still running." in said
    assert first in said  # of the relationships only whole months are drawn


def test_counts_below_the_line_are_not_negative():
    axis = _charts.both_ways("Mentions", 26, 14)
    assert axis["tickvals"] == [-20, -10, 0, 10, 20, 30]
    assert axis["ticktext"] == ["20", "10", "0", "10", "20", "30"]


def test_ticks_are_the_periods_thinned_from_the_last():
    weeks = pd.Series(pd.date_range("2026-01-05", periods=14, freq="7D"))
    told = list(_charts.time_axis(weeks, "week")["ticktext"])
    assert told == [f"{day}<br>2026" for day in ("12 Jan", "02 Feb", "23 Feb", "16 Mar", "06 Apr")]


def test_a_week_a_month_and_a_quarter_are_called_so():
    april = datetime(2026, 4, 6)
    named = [_words.period(april, grain) for grain in ("week", "month", "quarter")]
    assert named == ["week of 06 Apr 2026", "Apr 2026", "Q2 2026"]
    assert _days.label(april, "week") == "week of 06 Apr 2026"
    assert list(_charts.time_axis(pd.Series([datetime(2026, 4, 1)]), "quarter")["ticktext"]) == ["Q2<br>2026"]


def test_a_span_of_one_day_is_that_day_and_one_that_runs_still_ends_with_the_data():
    monday, tuesday = datetime(2026, 11, 9), datetime(2026, 11, 10)
    assert _words.days(monday, tuesday) == "09 Nov 2026"
    assert _days.of_point(tuesday, "week").words(datetime(2026, 11, 11)) == (
        "09 Nov 2026 to 10 Nov 2026",
        "02 Nov 2026 to 08 Nov 2026",
    )


def test_a_long_title_stands_below_the_buttons_of_its_chart():
    short, long = (
        _charts.frame("Who?", 300).layout,
        _charts.frame("How do the brands stand in the same days?", 300).layout,
    )
    plots = [layout.height - layout.margin.t - layout.margin.b for layout in (short, long)]
    assert plots[0] == plots[1]
    tops = [(1 - layout.title.y) * layout.height for layout in (short, long)]
    assert tops == pytest.approx([6, 6 + _charts.BUTTONS])


def test_every_part_of_a_change_stands_on_zero_with_its_interval():
    groups = apart(("within", 0.3, 9, 9), ("newcomer", -0.1, 9, 0)).assign(name=["stayers", "newcomers"])
    figure = _charts_pulse.parts(groups, 0.2, 0.05, "?")
    assert [bar.base for bar in figure.data] == [None] * 3
    assert [bar.error_y.array[0] for bar in figure.data] == pytest.approx([0.1645, 0.1645, 0.08225])
    assert list(figure.layout.xaxis.ticktext) == [
        "Stayers<br>+0.30 ± 0.16",
        "Newcomers<br>−0.10 ± 0.16",
        "All of it<br>+0.20 ± 0.08",
    ]
    assert [bar.hovertext for bar in figure.data] == [
        "Stayers: +0.30 ± 0.16<br>9 people now, 9 before",
        "Newcomers: −0.10 ± 0.16<br>9 people now, 0 before",
        "All of it: +0.20 ± 0.08",
    ]


def test_pulse_says_how_the_errors_of_the_model_are_taken_out(visit: Open):
    said = "by its card, which was made on other people's tweets: how far other brands differ from those is in the band"
    app = visit(PAGE)
    assert said in words(app) and "The model was not checked on Tamrow Design\\-Build's own messages yet." in words(app)
    (link,) = app.get("page_link")
    assert (link.proto.page, link.proto.label) == ("review", "Label some on Review")


@pytest.mark.parametrize("in_band", [True, False])
def test_where_nothing_is_taken_out_pulse_says_whether_the_band_holds_it(in_band: bool):
    told = _pulse_correction.in_words({"origin": "none", "mentions": 7, "in_band": in_band})
    assert told.endswith("how far that may put the level off is in the band" if in_band else "than it takes out error")


@pytest.mark.parametrize(("labels", "checked"), [([0, 0], False), ([0, 120], True), ([], True)])
def test_a_feeling_is_checked_where_own_messages_were_labelled(labels: list[int], checked: bool):
    assert _pulse_correction.checked(pd.DataFrame({"labels": labels})) == checked


def test_labels_of_messages_that_somebody_chose_are_told_beside_the_correction(
    sample: Workspace, in_workspace: Look, tmp_path: Path, model: readings.Model
):
    """The errors are taken out on average: whoever mends the wrong ones by hand, too, takes them out twice."""
    place = Workspace(tmp_path / "mended")
    shutil.copytree(sample.folder, place.folder)
    with store.connect(place.mentions) as con:
        mended = con.sql("select touch_id from derived.ledger where brand = 'tamrow' and counts limit 40").fetchall()
    labels = [{"brand": "tamrow", "touch_id": touch_id, "label": "positive"} for (touch_id,) in mended]
    journal.save_labels(place, labels, "Ana", drawn=False)
    relate(place, settings.load(place.folder), ModelFacts(model.version, card()))
    publish(place)
    in_workspace(place)
    assert "40 of these messages were labelled by somebody who chose them" in words(opened(PAGE, period="everything"))


def test_a_click_on_a_point_takes_its_change_apart(visit: Open, sample: Workspace):
    app = click(visit(PAGE, period="6 months"), "2026-08-01")
    found, state = taken_apart(sample), shown(sample, "period", brand="tamrow", **FALL).iloc[0]
    assert app.query_params["moved_in"] == "Aug 2026"
    told = next(line.value for line in app.markdown if line.value.startswith("01 Aug 2026"))
    assert told.startswith("01 Aug 2026 to 31 Aug 2026, compared with 01 Jul 2026 to 31 Jul 2026. Feeling was **")
    assert f"fell by {-state['change']:.2f} (± {1.645 * state['se_change']:.2f}), more than chance would do" in told
    moved = app.dataframe[0].value
    assert moved["Name"].iloc[-1] == "all others" and len(moved) == 11
    assert moved["Moved it by"].sum() == pytest.approx(found["change"].iloc[0]) == pytest.approx(state["change"])
    out = shown(sample, "loudest", brand="tamrow", **FALL)
    first = out[(out["weighting"] == "person") & (out["rank"] == 1)].iloc[0]
    name = shown(sample, "names", brand="tamrow", people=[first["person_id"]])["name"].iloc[0]
    without = f"the change would be {_words.signed(first['change_without'])}."
    assert f"Without {_words.plain(name)}, whose leaving out would alter it most, {without}" in words(app)
    bars = figures(app)["Whom did the change come from?"]["data"]
    assert [bar["x"][0] for bar in bars] == ["Stayers", "Newcomers", "Leavers", "All of it"]


def test_a_link_shows_the_same_point_and_a_point_of_no_period_is_the_whole(visit: Open):
    app = visit(PAGE, period="6 months", moved_in="01 Aug 2026")  # as addresses had it before
    assert app.query_params["moved_in"] == "Aug 2026"
    assert any("compared with 01 Jul 2026 to 31 Jul 2026" in line.value for line in app.markdown)
    app.selectbox(key="period").set_value("4 weeks").run()
    assert not app.exception and app.selectbox(key="moved_in").value == "whole"


def test_the_list_chooses_again_after_a_click(visit: Open):
    app = click(visit(PAGE, period="6 months"), "2026-08-01")
    app.selectbox(key="moved_in").set_value("whole").run()
    assert app.selectbox(key="moved_in").value == "whole"
    assert not any("01 Aug 2026 to 31 Aug 2026" in line.value for line in app.markdown)


def test_from_a_fallen_point_one_click_leads_to_who_lowered_it_most(visit: Open, sample: Workspace):
    app = click(visit(PAGE, period="6 months"), "2026-08-01")
    lowest = moved.persons(taken_apart(sample), 5).iloc[0]
    assert lowest["contribution"] < 0
    name = shown(sample, "names", brand="tamrow", people=[lowest["key"]])["name"].iloc[0]
    assert app.dataframe[0].value["Name"].iloc[0] == name
    choose_cell(app, 0)
    assert app.title[0].value == name and app.query_params["person"] == lowest["key"]


def test_all_others_lead_nowhere(visit: Open):
    app = choose_cell(click(visit(PAGE, period="6 months"), "2026-08-01"), 10)
    assert not app.exception and app.title[0].value.startswith("How do people feel about")


def test_from_a_point_one_click_leads_to_the_mentions_that_it_counts(visit: Open, sample: Workspace):
    app = click(visit(PAGE, period="6 months"), "2026-08-01")
    next(button for button in app.button if button.label == "Read the messages of these days").click().run()
    assert app.title[0].value.startswith("Conversations")
    assert (app.query_params["from"], app.query_params["until"]) == ("2026-08-01", "2026-09-01")
    counted = shown(sample, "period", brand="tamrow", **FALL)["mentions"].iloc[0]
    assert any(line.value.startswith(f"{counted} messages from 01 Aug 2026") for line in app.caption)


def test_back_from_the_messages_is_the_brand_and_period_that_were_left(visit: Open):
    chosen = {"brand": "Quillstone Construction", "period": "12 months"}
    app = visit(PAGE, **chosen)
    next(button for button in app.button if button.label == "Read the messages of these days").click().run()
    assert {key: app.query_params[key] for key in chosen} == chosen, "the address can be sent to somebody"
    app.switch_page(PAGE)
    for key in chosen:  # a step of the browser's Back: Streamlit left it without them, and the address alone counts
        del app.query_params[key]
    app.session_state["brand"], app.session_state["period"] = "tamrow", "4 weeks"
    app.run()
    assert app.title[0].value == "How do people feel about Quillstone Construction?"
    assert app.session_state["period"] == "12 months" and not {"from", "until", "state"} & {*app.query_params}


def test_a_bar_of_the_volume_leads_to_the_mentions_that_it_counts(visit: Open, sample: Workspace):
    app = visit(PAGE, period="12 months")
    point = {"x": "2026-06-01", "customdata": [12, "negative"]}
    app.session_state["volume"] = {"selection": {"points": [point], **NO_AREA}}
    app.run()
    assert (app.query_params["from"], app.query_params["until"]) == ("2026-06-01", "2026-07-01")
    assert app.multiselect(key="label").value == ["negative"]
    june = {"grain": "month", "start": datetime(2026, 6, 1), "until": datetime(2026, 7, 1)}
    counted = shown(sample, "volume", brand="tamrow", **june)["negative"].iloc[0]
    assert any(line.value.startswith(f"{counted} messages from 01 Jun 2026") for line in app.caption)


def test_what_one_person_did_is_said_so_and_leads_to_them(visit_meant: Open):
    app = visit_meant(PAGE, period="everything")
    told = next(line.value for line in app.text if line.value.startswith("Week of 02 Jun 2025"))
    assert told.startswith("Week of 02 Jun 2025: far colder than expected, −0.50 (90 %: −0.93 … ")
    assert "by 6 people in 10 mentions. It is one person's doing: without Josie Brandt it would be" in told
    next(button for button in app.button if button.label == "Open Josie Brandt").click().run()
    assert app.title[0].value == "Josie Brandt"


def test_of_an_alert_by_few_people_no_number_is_told(visit_meant: Open):
    app = visit_meant(PAGE, brand="Quillstone Construction", period="everything")
    told = [line.value for line in app.text if "Jun 2025" in line.value]
    assert told == ["Jun 2025: out of the ordinary, but by fewer than 5 people. Read nothing into it."]


def test_a_turning_point_is_told_with_its_levels_and_stands_in_the_chart(visit: Open, sample: Workspace):
    app = visit(PAGE, brand="Quillstone Construction", period="everything")
    with store.open_published(sample.published) as con:
        ((before, after),) = con.execute("select before, after from pub.turning where brand = 'quillstone'").fetchall()
    level = f"the level turned here from {_words.signed(before)} to {_words.signed(after)}"
    assert any("Week of 20 Oct 2025" in line.value and level in line.value for line in app.text)
    marks = next(f for title, f in figures(app).items() if title.startswith("How did the feeling move"))["data"]
    (mark,) = (trace for trace in marks if trace.get("name") == "Turning point")
    assert mark["x"][0].startswith("2025-10-20") and level in mark["customdata"][0][0]


def test_a_note_needs_an_author_and_is_not_lost_without_one(own: Workspace):
    app = opened(PAGE, period="6 months")
    write_note(app, "new website")
    assert [error.value for error in app.error] == [
        "Write your name into the side bar first: it stands beside every change."
    ]
    assert note_box(app).value == "new website"
    assert journal_reads.read_annotations(own, "tamrow") == []


def test_a_note_is_drawn_on_the_index_and_can_be_undone(own: Workspace):
    app = opened(PAGE, period="6 months")
    app.text_input(key="author").set_value("Mags").run()
    write_note(app, "new <b>website</b>")
    said = [line.value for line in app.text]
    assert "A · 08 Sep 2026: new <b>website</b> (Mags)" in said
    assert not any("at the next refresh" in line for line in said)  # no number depends on it
    marks = next(f for title, f in figures(app).items() if title.startswith("How did the feeling move"))["data"]
    (note,) = (trace for trace in marks if trace.get("name") == "Note")
    assert note["unselected"]["textfont"]["color"] == note["textfont"]["color"]  # else its letter fades beside a point
    assert (note["text"], note["customdata"]) == (["A"], [["new &lt;b&gt;website&lt;/b&gt;"]])
    next(button for button in app.button if button.label == "Undo").click().run()
    assert not any("website" in line.value for line in app.text)
    assert journal_reads.read_annotations(own, "tamrow") == []


def test_a_note_after_the_last_touch_is_listed_and_an_earlier_one_is_counted(own: Workspace):
    for day in (date(2026, 12, 24), date(2026, 1, 2)):
        journal.save_annotation(own, "tamrow", day, "closed", "Jo")
    app = opened(PAGE, period="6 months")
    assert "A · 24 Dec 2026: closed (Jo) (outside the days of the chart)" in [line.value for line in app.text]
    assert "Of earlier days: 1 more. Choose a longer period to see them." in [line.value for line in app.caption]
    marks = next(f for title, f in figures(app).items() if title.startswith("How did the feeling move"))["data"]
    assert not [trace for trace in marks if trace.get("name") == "Note"]


def test_a_note_can_be_removed_and_the_removal_undone(own: Workspace):
    journal.save_annotation(own, "tamrow", datetime(2026, 9, 8).date(), "new website", "Jo")
    app = opened(PAGE, period="6 months")
    app.text_input(key="author").set_value("Mags").run()
    next(button for button in app.button if button.label == "Remove A").click().run()
    assert journal_reads.read_annotations(own, "tamrow") == []
    assert not any(line.value.startswith("A · ") for line in app.text)
    next(button for button in app.button if button.label == "Undo").click().run()
    assert "A · 08 Sep 2026: new website (Jo)" in [line.value for line in app.text]


def test_a_journal_that_cannot_be_read_leaves_the_numbers(own: Workspace):
    own.journal.unlink(missing_ok=True)
    own.journal.write_bytes(b"no database" * 999)
    app = opened(PAGE, period="6 months")
    assert any(error.value.startswith("The notes cannot be read: ") for error in app.error)
    assert app.metric[2].label == "People heard"


def note_box(app: AppTest):
    return next(box for box in app.text_input if box.label == "What happened")


def write_note(app: AppTest, text: str) -> None:
    app.date_input[0].set_value(datetime(2026, 9, 8).date())
    note_box(app).set_value(text)
    next(button for button in app.button if button.label == "Keep the note").click().run()


@pytest.mark.parametrize("people", ["pseudonymous", "aggregate"])
def test_names_are_shown_only_where_the_settings_allow_it(people: str, own: Workspace):
    brand = own.folder / "brand.toml"
    brand.write_text(f'{brand.read_text(encoding="utf-8")}\n[privacy]\npeople = "{people}"\n', encoding="utf-8")
    journal.save_annotation(own, "tamrow", date(2026, 9, 8), "Rowan Sable's basement floods", "Jo")
    app = click(opened(PAGE, period="everything"), "2026-08-01")
    with store.open_published(own.published) as con:
        names = {name for (name,) in con.execute("select name from pub.person where account_id is not null").fetchall()}
    shown_names = [name for frame in app.dataframe for name in frame.value.get("Name", [])]
    everything = words(app) + json.dumps(figures(app)) + " ".join([*shown_names, *(b.label for b in app.button)])
    assert len(names) > 50 and not [name for name in names if name in everything]
    leads = [button.label for button in app.button if "Read the messages" in button.label]
    assert bool(leads) == ("Click a bar to read" in words(app)) == (people != "aggregate")
    assert "A · 08 Sep 2026" in [line.value for line in app.text] and "basement floods" not in everything
    # With the level and the change it tells what one person feels.
    assert ("the change would be" in words(app)) == (people != "aggregate")
    if people == "aggregate":
        assert (
            not app.get("page_link")
            and not shown_names
            and 'brand.toml says [privacy] people = "aggregate"' in words(app)
        )
    else:
        assert all(re.fullmatch(r"someone on .+ · \w{4}", name) for name in shown_names[:-1]) and len(shown_names) == 11


def test_what_four_people_feel_is_told_nowhere(tmp_path: Path, in_workspace: Look):
    app = of_people(tmp_path, in_workspace, 4)
    assert [info.value for info in app.info] == [
        "In all, 4 people spoke. What fewer than 5 feel is not told here: wait for 1 more.",
        "There is no period before it to compare with.",
    ]
    (link,) = app.get("page_link")
    assert (link.proto.page, link.proto.label) == ("conversations", "Read the messages that there are")
    assert "compared with" not in words(app)
    assert [metric.value for metric in app.metric] == ["–", "–", "4", "4"]
    index = next(f for title, f in figures(app).items() if title.startswith("How did the feeling move"))
    assert not [y for trace in index["data"] for y in values(trace["y"]) if y is not None]
    volume = next(f for title, f in figures(app).items() if title.startswith("How much was said"))["data"]
    assert {trace["name"]: values(trace["y"]) for trace in volume} == {
        "Neutral": [None],
        "Positive": [None],
        "Negative": [None],
        "Of too few people to tell": [4],
    }


def test_where_nobody_was_heard_there_is_no_number(sample: Workspace):
    days = {"before": datetime(1999, 1, 1), "start": datetime(1999, 2, 1), "until": datetime(1999, 3, 1)}
    found = shown(sample, "period", brand="tamrow", **days).iloc[0]
    assert (found["people"], found["mentions"]) == (0, 0)
    assert found[["now", "low", "high", "change", "post_now"]].isna().all()


def test_where_nobody_was_heard_at_all_no_chart_is_drawn(tmp_path: Path, in_workspace: Look):
    app = of_people(tmp_path, in_workspace, 1, "out")
    assert "Nobody has been heard and scored yet" in words(app)
    assert not figures(app)


def test_what_five_people_feel_is_told_as_a_first_impression(tmp_path: Path, in_workspace: Look):
    app = of_people(tmp_path, in_workspace, 5)
    assert "by 5 people in 5 mentions" in app.markdown[0].value
    assert "So few people are a first impression." in app.markdown[0].value


def of_people(tmp_path: Path, in_workspace: Look, many: int, direction: Direction = "in") -> AppTest:
    """Open Pulse on a workspace in which so many people said something, or were told something."""
    place = Workspace(tmp_path)
    touches = [
        Mapped(
            Record(number, {}),
            Touch(
                f"x:{number}",
                "x",
                TAMROW.key,
                Account(f"x:p{number}", "x", f"p{number}", f"Person {number}"),
                direction,
                "mention",
                datetime(2025, 3, 3, 12),
                "good work",
                addressed=True,
            ),
        )
        for number in range(many)
    ]
    save_outcomes(place, touches, [], FileCursor("f", "d", TAMROW, "mapped", many, finished=True))
    run.refresh(place, settings.Settings(), Fixed, lambda: ModelFacts("fixed"))
    in_workspace(place)
    return opened(PAGE)


def values(column) -> list:
    """Return the numbers of a figure, which may be packed, as a list with None for what is missing."""
    if isinstance(column, dict):
        import base64

        import numpy as np

        column = np.frombuffer(base64.b64decode(column["bdata"]), column["dtype"]).tolist()
    return [None if value is None or pd.isna(value) else value for value in column]


def apart(*rows: tuple[str, float, int, int], dimension: str = "people") -> pd.DataFrame:
    """Return a change taken apart: name (part or topic), contribution, people, people before."""
    people = dimension == "people"
    return pd.DataFrame(
        [
            {
                "weighting": "person",
                "dimension": dimension,
                "part": name if people else "within",
                "key": None if people else name,
                "contribution": contribution,
                "se": 0.1,
                "people": now,
                "people_before": before,
                "mentions": now,
                "mentions_before": before,
            }
            for name, contribution, now, before in rows
        ]
    )


def test_groups_of_too_few_people_are_told_together_with_the_next():
    enough = apart(("within", 0.1, 9, 9), ("newcomer", -0.3, 5, 0), ("leaver", 0.05, 0, 6))
    assert rows_of(moved.groups(enough)) == [
        ("stayers", 0.1, 9, 9),
        ("newcomers", -0.3, 5, 0),
        ("leavers", 0.05, 0, 6),
    ]
    few = apart(("within", 0.1, 9, 9), ("newcomer", -0.3, 4, 0), ("leaver", 0.05, 0, 6))
    assert rows_of(moved.groups(few)) == [("stayers", 0.1, 9, 9), ("newcomers and leavers", -0.25, 4, 6)]
    assert moved.groups(apart(("within", 0.1, 4, 4), ("newcomer", -0.3, 9, 0))).empty


def test_a_single_topic_of_few_people_cannot_be_guessed_from_the_rest():
    found = apart(("roof", 0.1, 9, 9), ("price", -0.3, 6, 2), ("dust", 0.05, 4, 1), dimension="topic")
    assert rows_of(moved.topics(found)) == [("smaller topics", -0.25, 6, 2), ("roof", 0.1, 9, 9)]


def test_many_topics_are_told_as_the_largest_and_the_rest_with_the_same_sum():
    found = apart(*((f"topic {n}", 0.01 * n * (-1) ** n, 9, 9) for n in range(20)), dimension="topic")
    rows = rows_of(moved.topics(found))
    assert [name for name, *_ in rows] == [*(f"topic {n}" for n in range(19, 12, -1)), "all other topics"]
    assert sum(contribution for _, contribution, *_ in rows) == pytest.approx(found["contribution"].sum())


def test_the_error_of_a_sum_is_never_told_too_small():
    found = apart(("newcomer", -0.3, 4, 0), ("leaver", 0.05, 0, 6), ("within", 0.1, 9, 9))
    assert moved.groups(found).set_index("name")["se"].to_dict() == {
        "newcomers and leavers": pytest.approx(0.2),
        "stayers": 0.1,
    }


PHRASES = """
[topics.phrases]
"<b>roof</b> & annex" = ["roof", "annex"]
"price" = ["price", "bill", "extension"]
"""

ROOF = "<b>roof</b> & annex"


def with_topics(place: Workspace, version: str) -> Workspace:
    """Name topics in the settings of a workspace and publish it anew."""
    brand = place.folder / "brand.toml"
    brand.write_text(brand.read_text(encoding="utf-8") + PHRASES, encoding="utf-8")
    relate(place, settings.load(place.folder), ModelFacts(version))
    publish(place)
    return place


def test_topics_people_and_groups_each_sum_to_the_change(own: Workspace, model):
    found = taken_apart(with_topics(own, model.version), HALF_YEAR)
    for rows in (moved.topics(found), moved.groups(found), moved.persons(found, 5)):
        assert len(rows) > 1 and rows["contribution"].sum() == pytest.approx(found["change"].iloc[0], abs=1e-9)


def test_a_topic_that_moved_the_index_is_drawn_as_text_and_leads_to_its_messages(own: Workspace, model):
    with_topics(own, model.version)
    app = opened(PAGE, period="6 months")
    bars = figures(app)["Which topics did the change come from?"]["data"]
    assert "&lt;b&gt;roof&lt;/b&gt; &amp; annex" in [bar["y"][0] for bar in bars]
    app.session_state["topics"] = {"selection": {"points": [{"customdata": [ROOF]}], **NO_AREA}}
    app.run()
    assert app.title[0].value.startswith("Conversations with") and app.multiselect(key="topic").value == [ROOF]


def rows_of(found: pd.DataFrame) -> list[tuple[str, float, int, int]]:
    return [
        (name, round(contribution, 9), people, before)
        for name, contribution, people, before in found[["name", "contribution", "people", "people_before"]].itertuples(
            index=False
        )
    ]


def test_a_click_on_a_topic_leads_to_the_messages_of_it_but_not_on_what_is_of_none_or_several():
    rows = pd.concat([apart(("x", 0.3, 9, 9))] * 3).assign(name=["r<o>of", "other", "smaller topics"])
    assert _pulse_moved.real_topics(rows) == {"r<o>of"}
    assert _charts_pulse.topics(rows, "?").data[0].customdata == (["r<o>of"],)
    days = {"from": "2026-08-01", "until": "2026-09-01", "state": "counted in the feeling"}
    assert _asked.of_counted(datetime(2026, 8, 1), datetime(2026, 9, 1), topic="roof") == days | {"topic": "roof"}


def test_a_topic_keeps_its_spelling_in_the_hover():
    (bar,) = _charts_pulse.topics(apart(("x", 0.1, 9, 9)).assign(name="iSO 9001 at NYC"), "?").data
    assert bar.hovertext.startswith("ISO 9001 at NYC: +0.10")


def test_names_beside_an_axis_are_cut_and_never_markup():
    assert _charts_pulse.short("<b>roof</b>") == "&lt;b&gt;roof&lt;/b&gt;"
    assert _charts_pulse.short("x" * 40) == "x" * 31 + "…"


@pytest.mark.parametrize(
    ("moment", "grain", "steps"),
    [
        ("2026-03-31 14:00", "month", ("2026-02-01", "2026-03-01", "2026-04-01")),
        ("2026-01-01", "month", ("2025-12-01", "2026-01-01", "2026-02-01")),
        ("2026-03-05", "week", ("2026-02-23", "2026-03-02", "2026-03-09")),
        ("2026-03-02", "week", ("2026-02-23", "2026-03-02", "2026-03-09")),
    ],
)
def test_a_point_stands_beside_the_calendar_month_or_week_before_it(moment: str, grain: str, steps: tuple[str, ...]):
    span = _days.of_point(moment, grain)
    assert tuple(f"{day:%Y-%m-%d}" for day in (span.before, span.start, span.until)) == steps


def test_the_index_has_gaps_where_too_few_spoke_and_so_has_its_band():
    series = pd.DataFrame(
        {
            "period": pd.to_datetime(["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"]),
            "weighting": "person",
            "estimate": [0.1, 0.2, None, 0.3],
            "low": [0.0, 0.1, None, 0.2],
            "high": [0.2, 0.3, None, 0.4],
            "people": [30, 9, 4, 30],
            "mentions": [30, 9, 4, 30],
        }
    )
    figure = _charts_pulse.index(series, 20, "month", "?")
    bands = [trace for trace in figure.data if trace.fill == "tonexty"]
    assert [[f"{day:%b}" for day in pd.to_datetime(trace.x)] for trace in bands] == [["Jan", "Feb"], ["Apr"]]
    assert [trace.showlegend for trace in bands] == [True, False]
    line, legend = (trace for trace in figure.data if trace.name == "One person, one voice")
    assert list(line.marker.symbol) == ["circle", "circle-open", "circle-open", "circle"]
    assert not line.cliponaxis, "a mark at -1 or 1 is whole"
    assert (line.showlegend, legend.showlegend, legend.marker.symbol) == (False, None, "circle")
    assert line.legendgroup == legend.legendgroup, "a click hides both"
    assert line.hovertext[1] == "Feb 2026<br>feeling +0.20 (90 %: +0.10 … +0.30)<br>9 people, 9 mentions"
    assert line.unselected.marker.opacity == 1  # a chosen point does not make the others look like few people's
    assert list(line.error_y.array)[-1] == pytest.approx(0.1) and pd.isna(list(line.error_y.array)[:3]).all()
    assert list(figure.layout.xaxis.ticktext) == [f"{month}<br>2026" for month in ("Jan", "Feb", "Mar", "Apr")]


def test_numbers_of_a_past_day_leave_out_what_came_later(meant: Workspace, tmp_path: Path, in_workspace: Look, model):
    in_workspace(meant)
    assert "Sep 2026: far warmer" in words(opened(PAGE, period="6 months"))
    place = Workspace(tmp_path / "past")
    shutil.copytree(meant.folder, place.folder)
    relate(place, settings.load(place.folder), ModelFacts(model.version), datetime(2026, 8, 1))
    publish(place)
    in_workspace(place)
    app = opened(PAGE, period="6 months")
    assert "Sep 2026" not in words(app)
    assert "2026-08-01" not in app.selectbox(key="moved_in").options


def test_sources_stand_beside_everybody_and_a_click_leads_to_their_people(visit: Open, sample: Workspace):
    app = visit(PAGE)
    found = shown(sample, "groups", brand="tamrow")
    told = _pulse_groups.of_sort(found, "source")
    table = next(each for each in app.dataframe if "Group" in each.value)
    assert table.value["Group"].tolist() == told["name"].tolist()
    assert table.value["Group"].iloc[0] == "Everybody" and len(told) > 2
    first = told.iloc[0]
    assert table.value.iloc[0].tolist()[1:] == [
        _words.signed(first["now"]),
        _words.interval(first["low"], first["high"]),
        first["people"],
        first["mentions"],
    ]
    said = words(app)
    assert "To see other groups here, tag people on Relationships" in said
    assert f"Of {_words.days(first['start'], first['until'])}, the days that count as recent" in said
    assert "How do groups feel, beside everybody?" in figures(app)
    key = "-".join(table.proto.id.rsplit("-", 2)[-2:])
    app.session_state[key] = {"selection": {"rows": [], "columns": [], "cells": [(1, "People heard")]}}
    links = [link.proto for link in app.run().get("page_link")]
    assert [(link.page, link.query_string) for link in links if "relationships of" in link.label] == [
        ("relationships", urlencode({"source": told["name"].iloc[1]}))
    ]


def test_what_few_of_a_source_feel_cannot_be_had_from_the_others():
    sizes = {"everybody": ("everybody", 40), "x": ("source", 30), "mastodon": ("source", 7), "hand": ("source", 3)}
    days = {"start": JULY, "until": AUGUST}
    found = pd.DataFrame(
        [
            {"what": what, "name": name, "now": 0.1, "low": 0.0, "high": 0.2, "people": people} | days
            for name, (what, people) in sizes.items()
        ]
    )
    told = _pulse_groups.of_sort(found, "source")
    assert [_pulse_groups.feeling(row) for row in told.to_dict("records")] == [
        "+0.10",
        "+0.10",
        "not told: a smaller group could be worked out",
        "not enough evidence yet",
    ]
    lists = found.assign(what=["everybody", *["list"] * 3], people=[40, 38, 7, 3])
    assert _pulse_groups.of_sort(lists, "list")["now"].notna().tolist() == [True, False, True, False]


def test_the_reads_of_pulse_name_what_they_return(meant: Workspace):
    days = {"brand": "tamrow", "start": datetime(2025, 1, 1), "until": SEPTEMBER}
    assert list(shown(meant, "alerts", **days)["period"]) == [date(2026, 2, 1), date(2025, 6, 2)]
