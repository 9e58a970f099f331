"""Days of one's own as the period: what is counted, what an address asks for in vain, where they are not offered."""

import shutil
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from pipeline import journal_reads
from pipeline.publish import publish
from pipeline.store import Workspace
from tests.test_page_relationships import as_mags, pressed
from tests.test_pages import Look, opened, shown
from views import _words

CHOSEN = "chosen days"
WINTER = ["2025-12-03", "2026-01-15"]


@pytest.fixture(autouse=True)
def own(sample: Workspace, tmp_path: Path, in_workspace: Look) -> Workspace:
    """A copy of the sample that a test may change, and that the pages show."""
    place = Workspace(tmp_path / "own")
    shutil.copytree(sample.folder, place.folder)
    in_workspace(place)
    return place


def told(app: AppTest) -> list[str]:
    return [warning.value for warning in app.warning if "address" in warning.value]


def headline(app: AppTest) -> str:
    return next(text.value for text in app.markdown if text.value.startswith("Feeling is"))


@pytest.mark.parametrize("days", [WINTER, WINTER[::-1]])
def test_pulse_tells_of_the_chosen_days_beside_as_many_before_them(days: list[str], own: Workspace):
    app = opened(period=CHOSEN, dates=days)
    span = {"before": datetime(2025, 10, 20), "start": datetime(2025, 12, 3), "until": datetime(2026, 1, 16)}
    expected = shown(own, "period", brand="tamrow", **span).iloc[0]
    said = headline(app)
    assert f"**{_words.signed(expected['now'])}**" in said and "from 03 Dec 2025 to 15 Jan 2026" in said
    assert f"{expected['people']:.0f} people in {expected['mentions']:.0f} mentions" in said
    assert told(app) == []


def test_one_day_can_be_chosen_and_what_so_few_feel_is_not_told():
    app = opened(period=CHOSEN, dates=WINTER[:1])
    assert app.info[0].value.startswith("Fewer than 5 people were heard in this period")


@pytest.mark.parametrize("days", [["1990-04-01", "1990-04-30"], ["soon"]])
def test_days_of_which_nothing_is_known_are_told_and_everything_is_shown(days: list[str]):
    app = opened(period=CHOSEN, dates=days)
    asked = _words.plain(", ".join(days))
    assert told(app) == [
        f"The address asks for days that are none, or of which nothing is known: “{asked}”. This is everything."
    ]
    assert headline(app) == headline(opened(period="everything"))
    assert told(app.run()) == []


def test_whoever_wants_days_of_their_own_begins_with_the_last_four_weeks():
    app = opened()
    app.selectbox(key="period").set_value(CHOSEN).run()
    assert app.date_input(key="dates").value == (date(2026, 10, 14), date(2026, 11, 10))
    assert app.query_params["dates"] == ["2026-10-14", "2026-11-10"]
    assert headline(app) == headline(opened(period="4 weeks"))


def test_where_there_are_fewer_days_than_four_weeks_they_begin_with_the_first(own: Workspace):
    with duckdb.connect(own.published) as con:
        con.execute("update brand set first_touch = last_touch - interval 5 day")
    app = opened()
    app.selectbox(key="period").set_value(CHOSEN).run()
    assert app.date_input(key="dates").value == (date(2026, 11, 5), date(2026, 11, 10)) and told(app) == []


def test_a_saved_view_brings_its_days_back(own: Workspace):
    app = as_mags(period=CHOSEN, dates=WINTER)
    app.text_input(key="view_name").set_value("winter").run()
    pressed(app, "Save this view")
    assert "dates=2025-12-03&dates=2026-01-15" in journal_reads.read_views(own)[0]["query"]
    other = as_mags()
    pressed(other, "winter")
    assert other.date_input(key="dates").value == (date(2025, 12, 3), date(2026, 1, 15))
    assert other.query_params["dates"] == WINTER, "the address shows somebody else the same"


def test_days_that_no_data_has_any_more_are_chosen_anew():
    app = opened(period=CHOSEN, dates=WINTER)
    app.session_state["dates"] = (date(2019, 1, 1), date(2019, 2, 1))
    assert headline(app.run()) == headline(opened(period="everything"))


def test_a_file_that_was_published_to_show_nobody_offers_no_days_whatever_the_settings_say(own: Workspace):
    publish(own, "aggregate")
    app = opened(period=CHOSEN, dates=WINTER)
    assert CHOSEN not in app.selectbox(key="period").options and "“chosen days”" in told(app)[0]


def test_where_single_people_are_not_shown_no_two_spans_can_be_subtracted(own: Workspace):
    with (own.folder / "brand.toml").open("a") as file:
        file.write('\n[privacy]\npeople = "aggregate"\n')
    app = opened(period=CHOSEN, dates=WINTER)
    assert CHOSEN not in app.selectbox(key="period").options and "dates" not in [field.key for field in app.date_input]
    assert "“chosen days”" in told(app)[0] and "from 03 Dec 2025" not in headline(app)
