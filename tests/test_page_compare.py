"""Compare: the brands beside each other over the same days."""

import json
import shutil
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from pipeline import file_imports, run, settings, store
from pipeline.publish import ModelFacts
from pipeline.store import Workspace
from tests.conftest import ROOT, TAMROW
from tests.test_page_pulse import figures, values, with_topics
from tests.test_pages import Look, Open, opened, shown, visit
from tests.test_store import Fixed
from views import _charts_compare, _compare_topics, _words

__all__ = ["visit"]

PAGE = "views/compare.py"
OCTOBER = {"start": datetime(2026, 10, 1), "until": datetime(2026, 11, 1)}
NAMES = {"tamrow": "Tamrow Design-Build", "quillstone": "Quillstone Construction", "fenmarsh": "Fenmarsh Builders"}
LEVEL = ["brand", "period", "estimate", "low", "high", "people", "mentions"]


@pytest.fixture(scope="module")
def named(sample: Workspace, tmp_path_factory: pytest.TempPathFactory, model) -> Workspace:
    """The sample with settings that name topics of all brands."""
    place = Workspace(tmp_path_factory.mktemp("named") / "named")
    shutil.copytree(sample.folder, place.folder)
    return with_topics(place, model.version)


@pytest.fixture
def own(named: Workspace, tmp_path: Path, in_workspace: Look) -> Workspace:
    """A copy of it that a test may change, and that the pages show."""
    place = Workspace(tmp_path / "own")
    shutil.copytree(named.folder, place.folder)
    in_workspace(place)
    return place


def derived(place: Workspace, query: str) -> pd.DataFrame:
    """Return the answer of what relate computed."""
    with store.connect(place.mentions) as con:
        return con.sql(query).df()


def words(app: AppTest) -> str:
    return "\n".join(line.value for line in (*app.markdown, *app.caption, *app.info))


def test_every_brand_stands_beside_the_others_with_interval_people_and_mentions(visit: Open, sample: Workspace):
    app = visit(PAGE, period="12 months")
    table = app.dataframe[0].value
    assert table["Brand"].tolist() == list(NAMES.values())
    days = {"before": datetime(2024, 11, 13), "start": datetime(2025, 11, 12), "until": datetime(2026, 11, 11)}
    for row, brand in zip(table.to_dict("records"), NAMES, strict=True):
        found = shown(sample, "period", brand=brand, **days).iloc[0]
        change, margin = _words.signed(found["change"]), f"{1.645 * found['se_change']:.2f}"
        assert row["Feeling"] == _words.signed(found["now"])
        assert row["90 % interval"] == _words.interval(found["low"], found["high"])
        assert row["Change since the equal period before"].startswith(f"{change} (± {margin})")
        sure = abs(found["change"]) > 1.645 * found["se_change"]
        assert row["Change since the equal period before"].endswith("more than chance would do") == sure
        assert (row["People"], row["Mentions"]) == (found["people"], found["mentions"])


def test_an_interval_that_was_cut_to_a_point_is_not_called_certain():
    assert _words.interval(1.0, 1.0) == "beyond the end of the scale"
    assert _words.interval(-1.0, 0.5) == "−1.00 … +0.50"
    assert _words.interval(0.0, 0.0).startswith("all said the same")
    assert _words.leaning(0.5, 0.5) == _words.EVIDENCE


def test_the_last_whole_month_is_said_with_shares_intervals_and_people(visit: Open, sample: Workspace):
    app = visit(PAGE, period="12 months", panel="everything heard")
    months = derived(sample, "from derived.share_of_voice where panel = 'all' and month = date '2026-10-01'")
    own = months.set_index("brand").loc["tamrow"]
    told = next(line.value for line in app.markdown if line.value.startswith("Oct 2026: "))
    first = f"Oct 2026: {_words.plain(NAMES['tamrow'])} {100 * own['share']:.0f} % (90 %: "
    first += f"{100 * own['low']:.0f} % … {100 * own['high']:.0f} %"
    assert told.startswith(f"{first}, {own['people']} people); ")
    assert months["share"].sum() == pytest.approx(1)
    lines = figures(app)["Whose voice is how loud, month by month?"]["data"]
    hover = next(trace for trace in lines if trace.get("name") == NAMES["tamrow"])["hovertext"][-1]
    assert hover.startswith(f"Oct 2026: {100 * own['share']:.0f} % (90 %: ")
    assert hover.endswith(f"<br>{own['mentions']} of {months['mentions'].sum()} mentions, {own['people']} people")


@pytest.mark.parametrize(
    ("panel", "about"),
    [
        (
            "same sources",
            "Only sources that had brought every brand before the month began: Bluesky, E\\-mail, Mastodon",
        ),
        ("everything heard", "the shares change with what is collected"),
        ("people who know several", "Only people who spoke of two brands or more in twelve months"),
    ],
)
def test_each_panel_says_who_is_listened_to(panel: str, about: str, visit: Open):
    app = visit(PAGE, period="12 months", panel=panel)
    assert about in words(app)
    traces = figures(app)["Whose voice is how loud, month by month?"]["data"]
    lines = [trace for trace in traces if trace.get("name") and trace.get("showlegend", True)]
    assert sorted(trace["name"] for trace in lines) == sorted(NAMES.values())
    assert len({trace["line"]["dash"] for trace in lines}) == len({trace["marker"]["symbol"] for trace in lines}) == 3


@pytest.mark.parametrize(("panel", "wider"), [("same sources", True), ("everything heard", False)])
def test_a_period_without_a_whole_month_says_so_and_what_would_help(panel: str, wider: bool, visit: Open):
    said = words(visit(PAGE, brand="Fenmarsh Builders", period="4 weeks", panel=panel))
    assert (
        "In no whole month of these days were 5 people or more heard on this panel." in said
        and "Choose a longer period" in said
    )
    assert ("The panel “everything heard” leaves nobody out." in said) is wider


def test_months_of_a_brand_are_those_of_its_index(sample: Workspace):
    found = shown(sample, "brand_path", grain="month", start=datetime(2026, 1, 15), until=datetime(2026, 11, 1))
    expected = derived(
        sample,
        "select brand, period, greatest(-1, least(1, estimate)) as estimate, low_level as low, high_level as high,"
        " people, mentions from derived.brand_index where grain = 'month' and weighting = 'person'"
        " and period between '2026-01-01' and '2026-10-01' order by brand, period",
    )
    found["period"] = pd.to_datetime(found["period"])
    assert len(found) > 20
    pd.testing.assert_frame_equal(found[LEVEL], expected[LEVEL], check_dtype=False)


def test_the_share_of_fewer_than_five_people_is_told_nowhere(visit: Open, sample: Workspace):
    app = visit(PAGE, period="12 months", panel="everything heard")
    days = {"start": datetime(2025, 11, 12), "until": datetime(2026, 11, 11)}
    months = shown(sample, "share_of_voice", panel="all", **days)
    untold = {month for brand, month in hidden(months, "month", "brand") if brand == "fenmarsh"}
    few = months[(months["brand"] == "fenmarsh") & (months["people"] < 5)]
    assert date(2026, 10, 1) in set(few["month"]) < untold
    lines = figures(app)["Whose voice is how loud, month by month?"]["data"]
    line = next(trace for trace in lines if trace.get("name") == "Fenmarsh Builders")
    drawn = dict(zip([day[:10] for day in line["x"]], values(line["y"]), strict=True))
    assert {day for day, share in drawn.items() if share is None} == {f"{day:%Y-%m-%d}" for day in untold}
    assert "Fenmarsh Builders: not enough evidence yet (3 people)." in words(app)


def test_topics_of_a_month_are_those_of_the_metric(own: Workspace):
    found = shown(own, "brand_topics", **OCTOBER)
    expected = derived(
        own,
        "select brand, topic, share, greatest(-1, least(1, feeling)) as feeling, people, mentions,"
        " case when se is not null then greatest(-1, least(1, low)) end as low,"
        " case when se is not null then greatest(-1, least(1, high)) end as high"
        " from derived.topic where month = '2026-10-01' order by brand, share desc, topic",
    )
    assert set(found["brand"]) == set(NAMES)
    assert found.groupby("brand")["share"].sum().tolist() == pytest.approx([1, 1, 1])
    pd.testing.assert_frame_equal(found[expected.columns], expected, check_dtype=False)


def test_what_too_few_feel_about_a_brand_is_a_gap(visit: Open, sample: Workspace):
    app = visit(PAGE, period="12 months", each="month")
    found = shown(sample, "brand_path", grain="month", start=datetime(2025, 11, 12), until=datetime(2026, 11, 11))
    few = found[(found["brand"] == "fenmarsh") & (found["people"] < 5)]
    assert len(few) > 3
    traces = figures(app)["How did each move, month by month?"]["data"]
    third = next(trace for trace in traces if trace.get("yaxis") == "y3" and trace["mode"] == "lines+markers")
    drawn = dict(zip(third["x"], values(third["y"]), strict=True))
    assert third["hovertext"][0].startswith("Nov 2025<br>feeling ")
    gaps = [day for day, value in drawn.items() if value is None]
    assert [day[:10] for day in gaps] == [f"{day:%Y-%m-%d}" for day in few["period"]]


def hidden(found: pd.DataFrame, whole: str, part: str) -> set[tuple[Any, Any]]:
    """Return each (part, whole) of fewer than five people; where these are fewer together, with the next larger one."""
    untold = set[tuple[Any, Any]]()
    for key, rows in found.sort_values("people", kind="stable").groupby(whole):
        few = rows["people"] < 5
        more = int(0 < rows["people"][few].sum() < 5)
        untold |= {(each, key) for each in rows[part].iloc[: few.sum() + more]}
    return untold


def test_a_field_tells_feeling_and_people_or_that_there_is_not_enough_evidence(own: Workspace):
    app = opened(PAGE, period="12 months")
    days = {"start": datetime(2025, 11, 12), "until": datetime(2026, 11, 11)}
    found = shown(own, "brand_topics", **days).set_index(["topic", "brand"])
    (heat,) = figures(app)["What is felt about which topic?"]["data"]
    fields = {
        (topic, brand): text
        for topic, row in zip(heat["y"], heat["text"], strict=True)
        for brand, text in zip(NAMES, row, strict=True)
    }
    kinds, untold = set(), hidden(found.reset_index(), "brand", "topic")
    for (topic, brand), text in fields.items():
        name = {"of no topic": "other", "&lt;b&gt;roof&lt;/b&gt; &amp; annex": "<b>roof</b> & annex"}.get(topic, topic)
        row = found.loc[(name, brand)] if (name, brand) in found.index else None
        if row is None or (name, brand) in untold:
            expected = "–"
        elif row["people"] < 20:
            expected = f"{_words.signed(row['feeling'])}<br>({int(row['people'])})"
        else:
            expected = f"{_words.signed(row['feeling'])}<br>{int(row['people'])}"
        assert text == expected
        kinds.add(expected.count("(") + 2 * (expected == "–"))
    assert kinds == {0, 1, 2}, "the sample has fields of many, of few and of too few people"
    table = next(each.value for each in app.dataframe if "Topic" in each.value)
    few = table[table["People"] < 5]
    assert len(few) and set(few["Feeling"]) == {"not enough evidence yet"} and set(few["90 % interval"]) == {"–"}


def test_of_topics_that_are_not_all_drawn_it_is_said_how_many_are_and_the_smaller_brand_s_are_not_forgotten():
    rows = [("a", "roof", 9), ("a", "other", 8), ("a", "paint", 7), ("b", "tiles", 2), ("b", "roof", 1)]
    found = _compare_topics.in_order(pd.DataFrame(rows, columns=["brand", "topic", "people"]))
    assert found["topic"].tolist() == ["roof", "roof", "of no topic", "paint", "tiles"]
    assert _compare_topics.first(found, 2)["topic"].tolist() == ["roof", "roof", "of no topic"]
    names = {"a": "Alder", "b": "Birch"}
    part = "Drawn are the 3 topics that most people speak of, of 4; the table and the CSV have all."
    assert _compare_topics.beside(found, names, 3) == [part]
    assert _compare_topics.beside(found[found["people"] > 2], names)[0].startswith("Only Alder has topics.")


def test_a_topic_is_never_read_as_markup(own: Workspace):
    app = opened(PAGE, period="12 months")
    assert "<b>" not in json.dumps(figures(app)) and "<b>" not in words(app)
    assert "<b>roof</b> & annex" in set(next(each.value for each in app.dataframe if "Topic" in each.value)["Topic"])


def test_without_topics_the_page_says_how_to_have_them(visit: Open):
    assert "or named by you in brand.toml ([topics.phrases])" in words(visit(PAGE, period="12 months"))


def test_one_brand_alone_has_nothing_to_compare_with(tmp_path: Path, in_workspace: Look):
    place = Workspace(tmp_path)
    file_imports.import_file(place, ROOT / "tests" / "payloads" / "twcs.csv", TAMROW)
    run.refresh(place, settings.Settings(), Fixed, lambda: ModelFacts("fixed"))
    in_workspace(place)
    app = opened(PAGE)
    assert app.info[0].value.startswith("There is nothing to compare with yet: only one brand has touches.")
    assert not app.dataframe


def test_a_link_shows_the_same_choice(visit: Open):
    app = visit(PAGE, period="12 months", each="month", panel="people who know several")
    assert (app.segmented_control(key="each").value, app.segmented_control(key="panel").value) == ("month", "people")
    assert "How did each move, month by month?" in figures(app)


def test_only_whole_months_are_compared(sample: Workspace):
    days = {"start": datetime(2026, 8, 14), "until": datetime(2026, 11, 11)}
    months = shown(sample, "share_of_voice", panel="all", **days)["month"]
    assert sorted(set(months)) == [date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)]


def test_the_legend_shows_a_full_mark_for_a_brand_whose_first_month_has_few_people():
    known = {"brand": "tamrow", "share": 0.4, "low": 0.2, "high": 0.6, "mentions": 30, "all_mentions": 60}
    found = pd.DataFrame([known, known]).assign(month=pd.to_datetime(["2026-01-01", "2026-02-01"]), people=[5, 30])
    figure = _charts_compare.shares(found, {"fenmarsh": "Fenmarsh", "tamrow": "Tamrow"}, 20, "Whose voice is how loud?")
    drawn, legend = (trace for trace in figure.data if trace.name == "Tamrow")
    assert (drawn.showlegend, list(drawn.marker.symbol)) == (False, ["square-open", "square"])
    assert (legend.showlegend, legend.marker.symbol) == (None, "square")


def test_a_brand_without_topics_has_no_column_and_names_may_turn():
    known = {"feeling": 0.1, "low": -0.2, "high": 0.4, "people": 9}
    found = pd.DataFrame([{"brand": brand, "topic": "price", **known} for brand in ("fenmarsh", "tamrow")])
    figure = _charts_compare.topics(found, NAMES, 5, "What is felt about which topic?")
    assert list(figure.data[0].x) == ["Tamrow<br>Design-Build", "Fenmarsh<br>Builders"]
    assert figure.layout.xaxis.tickangle is None and list(figure.layout.xaxis.autotickangles) == [0, 90]


def test_before_everything_there_is_nothing_to_compare_with(visit: Open):
    table = visit(PAGE, period="everything").dataframe[0].value
    assert set(table["Change since the equal period before"]) == {"nothing before it"}


def test_of_another_brand_nobody_speaks_as_of_us(visit: Open):
    app = visit(PAGE, brand="Quillstone Construction")
    said = words(app) + " ".join(name for frame in app.dataframe for name in frame.value.columns)
    assert "speak to Quillstone Construction, not a market" in said
    assert "Feeling toward it minus feeling toward Quillstone Construction" in said
    assert " us " not in said.replace(",", " ")
