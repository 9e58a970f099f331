"""Person: who it is, what passed in both directions, what people type about them, and the brief before a call."""

import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pypdfium2
import pytest
from playwright.sync_api import Browser
from streamlit.testing.v1 import AppTest

from pipeline import identity, journal, journal_reads, run, settings, store
from pipeline.file_cursors import FileCursor
from pipeline.publish import ModelFacts
from pipeline.store import Workspace
from pipeline.touch import Account, Brand, Mapped, Record, Touch
from tests.conftest import ROOT
from tests.server import running, settled
from tests.test_pages import NO_AREA, Look, opened, shown
from tests.test_store import Fixed
from tests.worlds import save_outcomes
from views import (
    _charts_person,
    _person_brief,
    _person_ends,
    _person_facts,
    _person_history,
    _person_items,
    _person_promises,
    _person_tags,
    _person_timeline,
    _words,
)

PAGE = "views/person.py"
NOTES, FRUIT, ACCOUNTS = "Notes and promises", "Fruit", "Accounts"
BRAND = """
[brand]
key = "marl"
name = "Marl Kilns"
handles = ["marlkilns"]

[privacy]
people = "named"

[lists]
guild = ["tess"]
"""
MOODS = {"++": [0.02, 0.08, 0.9], "+-": [0.3, 0.25, 0.45], "--": [0.85, 0.1, 0.05]}  # a text ends with its mood
TESS = Account("x:tess", "x", "tess", "Tess Ardley", link="https://tess.example/", verified=True)
SKY = Account("bluesky:tess", "bluesky", "tess", "Tess A.", link="https://www.tess.example", verified=True)
BO = Account("mastodon:bo", "mastodon", "bo", "Bo Winter")
IVO = Account("mastodon:ivo", "mastodon", "ivo", "Ivo Late")
SHY = Account("x:shy", "x", "shy", "Sheila Unseen")
# who, day, direction, thread, text
SAID = [
    (TESS, 0, "in", "kiln", "the kiln you sold me is down ++"),
    (TESS, 1, "out", "kiln", "we come on Friday"),
    (TESS, 2, "in", "kiln", "nobody came, I am done with you --"),
    (TESS, 3, "out", "kiln", "we are sorry"),
    (TESS, 40, "in", "mugs", "such wonderful mugs ++"),
    (TESS, 70, "in", "bill", "the bill is odd +-"),
    (TESS, 100, "in", "bill", "can you send the bill again? +-"),
    (SKY, 60, "in", "sky", "hello from the other place ++"),
    (BO, 5, "in", "bo", "fine +-"),
    (BO, 6, "out", "bo", "good"),
    (BO, 7, "in", "tea", "fine tea ++"),
    (IVO, 160, "in", "ivo", "a late word ++"),
    (SHY, 8, "in", "shy", "they of Marl are rude --"),
]
START = datetime(2026, 3, 2, 9)


class Moody(Fixed):
    """A model that reads the mood off the end of a text."""

    def predict(self, texts, progress, target, others):
        progress(len(texts))
        return [MOODS.get(text[-2:], [0.1, 0.8, 0.1]) for text in texts]

    def doubtful(self, probabilities, texts, target, others):
        return [max(row) < 0.6 for row in probabilities]


def touch(number: int, who: Account, day: int, direction: str, thread: str, text: str) -> Mapped:
    source, at = who.source, START + timedelta(days=day)
    public, addressed = True, who is not SHY
    url = f"https://{source}.example/{who.handle}/{number}"
    kind = "mention" if direction == "in" else "reply"
    made = Touch(
        f"{source}:{number}", source, "marl", who, direction, kind, at, text, public, addressed, thread, None, url
    )
    return Mapped(Record(number, {}), made)


def refresh(place: Workspace) -> None:
    run.refresh(place, settings.load(place.folder), Moody, lambda: ModelFacts("fixed"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A small workspace: Tess on two networks, Bo, and somebody who never addressed us."""
    place = Workspace(tmp_path_factory.mktemp("marl"))
    (place.folder / "brand.toml").write_text(BRAND, encoding="utf-8")
    brand = settings.load(place.folder).find_brand("marl")
    outcomes = [touch(number, *rest) for number, rest in enumerate(SAID)]
    save_outcomes(place, outcomes, [], FileCursor("f", "d", brand, "mapped", len(SAID), finished=True))
    refresh(place)
    return place


@pytest.fixture
def marl(made: Workspace, tmp_path: Path, in_workspace: Look) -> Workspace:
    """A copy of it that a test may write to, and that the pages show."""
    place = Workspace(tmp_path / "marl")
    shutil.copytree(made.folder, place.folder)
    in_workspace(place)
    return place


def person(place: Workspace, account: Account = TESS) -> str:
    found = shown(place, "accounts", brand="marl").set_index("account_id")
    return str(found["person"][account.id])


def visit(place: Workspace, account: Account = TESS, author: str = "Mags", **query: str) -> AppTest:
    """Open the page of a person as somebody who has said who they are."""
    app = opened(PAGE, person=person(place, account), **query)
    return app.text_input(key="author").set_value(author).run() if author else app


def press(app: AppTest, label: str, place: int = 0) -> AppTest:
    """Press the button of a label, the first of several or a later one."""
    [button for button in app.button if button.label == label][place].click().run()
    assert not app.exception, app.exception[0].value
    return app


def offered(app: AppTest) -> str:
    """Return what was said to be kept last."""
    return next(line for line in texts(app) if line.startswith("Done: "))


def area(app: AppTest, label: str):
    return next(field for field in app.text_area if field.label == label)


def texts(app: AppTest) -> list[str]:
    return [text.value for text in app.text]


def marked(app: AppTest) -> str:
    """Return what is shown as Markdown."""
    return "\n".join(line.value for line in (*app.markdown, *app.caption, *app.title, *app.warning, *app.info))


def add_entry(place: Workspace, text: str, **more) -> str:
    entry = {"brand": "marl", "account_id": TESS.id, "direction": "in", "kind": "call", "text": text, "author": "Mags"}
    return journal.save_entry(place, {"happened_at": START + timedelta(days=101), "feeling": None} | entry | more)


def test_the_page_says_that_the_period_beside_is_not_asked_and_no_number_without_a_word(marl: Workspace):
    app = visit(marl)
    assert "Over the whole history, whatever period is chosen beside." in [caption.value for caption in app.caption]
    standing = next(text for text in texts(app) if "giving and taking" in text)
    assert "giving and taking: balanced" in standing and "reciprocity" not in standing
    few = next(text for text in texts(visit(marl, BO)) if "giving and taking" in text)
    assert "giving and taking: not enough evidence yet" in few


def test_who_is_not_chosen_is_found_by_name_or_handle(marl: Workspace):
    app = opened(PAGE, period="4 weeks")
    assert app.title[0].value == "Person"
    app.text_input(key="find").set_value("nobody is called so").run()
    assert app.info[0].value.startswith("Nobody of that name")
    app.text_input(key="find").set_value("ardley").run()
    press(app, "Tess Ardley · person on X")
    assert app.title[0].value == "Tess Ardley"
    assert app.query_params["person"] == person(marl)
    press(app, "Somebody else")
    assert app.title[0].value == "Person" and "person" not in app.query_params
    assert press(app, "Relationships").title[0].value == "Relationships with Marl Kilns"


def test_the_numbers_of_a_person_stand_with_their_evidence(marl: Workspace):
    app = visit(marl)
    beside = {metric.label: (metric.value, metric.proto.delta_description) for metric in app.metric}
    row = shown(marl, "person", brand="marl", person=person(marl)).iloc[0]
    ends = row["low"], row["high"]
    leaning = _words.leaning(*ends).replace("not enough evidence yet", "unclear yet")
    assert beside == {
        f"Feeling: {leaning}": (_words.signed(row["feeling"]), f"90 %: {_words.interval(*ends)}"),
        "Scored mentions": ("5", "of 5 touches of theirs"),
        "From them": ("5", "last 10 Jun 2026"),
        "From us": ("2", "last 05 Mar 2026"),
    }
    assert "person on X · @tess · since 02 Mar 2026" in texts(app)


def test_a_touch_without_an_author_is_refused_and_stays_as_it_was_typed(marl: Workspace):
    app = visit(marl, author="")
    area(app, "What was said or given").set_value("20 min about the bill")
    press(app, "Keep it")
    assert app.error[0].value.startswith("Write your name into the side bar first")
    assert app.error[0].value in [toast.value for toast in app.toast]
    assert area(app, "What was said or given").value == "20 min about the bill"
    assert journal_reads.read_entries(marl, "marl") == []
    app.text_input(key="author").set_value("Mags").run()
    area(app, "What was said or given").set_value("")
    press(app, "Keep it")
    assert [error.value for error in app.error] == ["It was not kept: text\\: it is empty"]


def test_a_logged_touch_is_shown_at_once_marked_and_taken_back_by_one_press(marl: Workspace):
    app = visit(marl)
    area(app, "What was said or given").set_value("20 min about the bill")
    press(app, "Keep it")
    assert "20 min about the bill" in texts(app) and "Waits for the next refresh" in marked(app)
    assert "1 typed or changed, 0 taken back" in marked(app)
    assert offered(app).endswith("The numbers take it in at the next refresh.")
    assert area(app, "What was said or given").value == ""
    [entry] = journal_reads.read_entries(marl, "marl")
    assert (entry["author"], entry["kind"], entry["direction"]) == ("Mags", "call", "out"), "we rang them"
    assert entry["happened_at"] <= store.now(), "also in the morning"
    press(app, "Undo")
    assert "20 min about the bill" not in texts(app) and "Waits for" not in marked(app)
    assert journal_reads.read_entries(marl, "marl") == []


def test_a_refresh_takes_a_typed_touch_in_and_it_is_shown_once(marl: Workspace):
    add_entry(marl, "on the phone", feeling="positive")
    assert texts(visit(marl)).count("on the phone") == 2  # in the timeline, and as the warmest
    refresh(marl)
    app = visit(marl)
    assert texts(app).count("on the phone") == 2 and "Waits for" not in marked(app)
    assert {metric.label: metric.value for metric in app.metric}["Scored mentions"] == "6"


def test_a_published_touch_is_mended_and_removed_at_once_and_the_numbers_say_that_they_wait(marl: Workspace):
    add_entry(marl, "on the phone")
    refresh(marl)
    app = visit(marl, show="offline")
    press(app, "Change")
    assert area(app, "What was said or given").value == ""  # of the form for a new one
    [old] = [field for field in app.text_area if field.value == "on the phone"]
    old.set_value("on the phone, twice")
    press(app, "Keep it", 1)
    assert "on the phone, twice" in texts(app) and "on the phone" not in texts(app)
    [entry] = journal_reads.read_entries(marl, "marl")
    assert (entry["text"], entry["happened_at"]) == ("on the phone, twice", START + timedelta(days=101))
    press(app, "Remove")
    assert "on the phone, twice" not in texts(app) and "0 typed or changed, 1 taken back" in marked(app)
    press(app, "Undo")
    assert "on the phone, twice" in texts(app)


@pytest.mark.parametrize(
    ("day", "kept", "expected"),
    [
        (date(2026, 5, 5), None, datetime(2026, 5, 5, 8, 30)),
        (date(2026, 5, 4), None, datetime(2026, 5, 4, 12)),
        (date(2026, 5, 5), datetime(2026, 5, 5, 7), datetime(2026, 5, 5, 7)),
        (date(2026, 5, 5), datetime(2026, 5, 4, 7), datetime(2026, 5, 5, 8, 30)),
    ],
)
def test_what_was_typed_for_today_is_not_in_the_future(day: date, kept: datetime | None, expected: datetime):
    item = kept and {"happened_at": kept}
    assert _person_items.moment(day, item, now=datetime(2026, 5, 5, 8, 30)) == expected


def test_what_is_being_mended_can_be_left_as_it_was(marl: Workspace):
    add_entry(marl, "on the phone")
    app = press(visit(marl, show="offline"), "Change")
    press(app, "Leave it as it was")
    assert [button.label for button in app.button if button.label in ("Change", "Leave it as it was")] == ["Change"]


def test_a_note_is_kept_mended_removed_and_brought_back(marl: Workspace):
    app = visit(marl, part=NOTES)
    area(app, "Note").set_value("works at night")
    press(app, "Keep it", 1)
    assert "works at night" in texts(app) and "numbers" not in offered(app)
    press(app, "Change")
    next(field for field in app.text_area if field.value == "works at night").set_value("works by day")
    press(app, "Keep it", 1)
    assert "works by day" in texts(app) and "works at night" not in texts(app)
    press(app, "Remove")
    assert "works by day" not in texts(app) and "numbers" not in offered(app)
    press(app, "Undo")
    assert [row["text"] for row in journal_reads.read_notes(marl, "marl", [TESS.id])] == ["works by day"]
    assert "works by day" in texts(app)


def test_a_promise_is_overdue_from_the_day_after_until_it_is_kept(marl: Workspace):
    yesterday = date.today() - timedelta(days=1)
    journal.save_promise(marl, "marl", TESS.id, "send the <bill>", yesterday, "Ines")
    app = visit(marl, part=NOTES)
    said = f"overdue since {yesterday:%d %b %Y}: send the <bill>"
    assert _words.plain(said) in [warning.value for warning in app.warning]
    press(app, "It is kept")
    assert "numbers" not in offered(app)
    assert not [warning for warning in app.warning if "overdue" in warning.value]
    assert _words.plain(f"kept (was due {yesterday:%d %b %Y}): send the <bill>") in marked(app)
    press(app, "It is not kept after all")
    assert _words.plain(said) in [warning.value for warning in app.warning]


@pytest.mark.parametrize(("days", "kept", "state"), [(0, False, "open"), (-1, False, "overdue"), (-9, True, "kept")])
def test_a_promise_stands_as_its_day_and_its_word_say(days: int, kept: bool, state: str):
    today = date(2026, 5, 5)
    assert _person_promises.state({"due": today + timedelta(days=days), "kept": kept}, today) == state


def test_a_new_promise_is_kept_with_its_day(marl: Workspace):
    app = visit(marl, part=NOTES)
    area(app, "What we promise").set_value("a new burner")
    until = next(field for field in app.date_input if field.label == "Until")
    assert until.value == date.today() + timedelta(days=7), "one until today would be overdue tomorrow"
    until.set_value(date(2030, 1, 2))
    press(app, "Keep it", 0)
    [promise] = journal_reads.read_promises(marl, "marl", [TESS.id])
    assert (promise["text"], promise["due"], promise["kept"]) == ("a new burner", date(2030, 1, 2), False)
    assert _words.plain("until 02 Jan 2030: a new burner") in marked(app)


def brought(app: AppTest) -> list:
    """Return the field for whom they brought; none where a fruit brings nobody."""
    return [field for field in app.text_input if field.label.startswith("Whom did they bring")]


def test_fruit_names_whom_it_brought_and_can_be_mended(marl: Workspace):
    app = visit(marl, part=FRUIT)
    assert not brought(app), "a friendship brings nobody"
    next(box for box in app.selectbox if box.label == "What").set_value("referral").run()
    brought(app)[0].set_value("bo").run()
    next(field for field in app.number_input if field.label == "Value").set_value(1200.0)
    area(app, "What came of it").set_value("a kiln for Bo")
    press(app, "Keep it")
    [fruit] = journal_reads.read_fruit(marl, "marl", [TESS.id])
    assert (fruit["kind"], fruit["value"], fruit["for_account"]) == ("referral", 1200.0, BO.id)
    line = f"referral, {fruit['happened_at']:%d %b %Y} · worth 1,200.00 · brought Bo Winter · a kiln for Bo"
    assert line in texts(app) and "Waits for the next refresh" in marked(app)
    next(box for box in app.selectbox if box.label == "What").set_value("introduction").run()
    assert brought(app)[0].value == "", "the next one begins empty"
    press(app, "Change")
    next(field for field in app.text_area if field.value == "a kiln for Bo").set_value("two kilns")
    press(app, "Keep it", 0)
    [mended] = journal_reads.read_fruit(marl, "marl", [TESS.id])
    as_it_was = {"for_account": BO.id, "value": 1200.0, "kind": "referral", "happened_at": fruit["happened_at"]}
    assert mended == mended | as_it_was | {"text": "two kilns"}
    press(app, "Change")
    [kinds] = [box for box in app.selectbox if box.label == "What" and box.value == "referral"]
    kinds.set_value("friendship")
    press(app, "Keep it", 0)
    [mended] = journal_reads.read_fruit(marl, "marl", [TESS.id])
    assert (mended["kind"], mended["for_account"]) == ("friendship", None)
    press(app, "Remove")
    assert journal_reads.read_fruit(marl, "marl", [TESS.id]) == []


def test_a_tag_is_put_on_and_taken_off_at_once(marl: Workspace):
    app = visit(marl)
    assert _words.plain("guild ×") in [button.label for button in app.button]
    next(box for box in app.selectbox if box.label == "Tag").set_value("guild").run()
    press(app, _words.plain("guild ×"))
    assert _words.plain("guild ×") not in [button.label for button in app.button]
    [row] = journal_reads.read_members(marl, [TESS.id])
    assert (row["what"], row["name"], row["belongs"]) == ("list", "guild", False)
    press(app, "Undo")
    assert _words.plain("guild ×") in [button.label for button in app.button]


def test_of_two_words_on_a_tag_the_newest_counts_on_whichever_account():
    whom = type("Whom", (), {"row": {"tags": ["old", "gone"]}})()
    early, late = datetime(2026, 1, 1), datetime(2026, 1, 2)
    words = [("gone", False, late), ("gone", True, early), ("new", True, early), ("never", False, early)]
    rows = [{"what": "list", "name": name, "belongs": is_in, "written_at": at} for name, is_in, at in words]
    rows.append({"what": "kind", "name": "press", "belongs": True, "written_at": late})
    assert _person_tags.now(whom, rows) == {"new": True, "old": False}


def test_the_worst_thread_is_one_press_away(marl: Workspace):
    app = press(visit(marl), "Read the worst thread")
    assert app.title[0].value.startswith("Conversations")
    assert app.query_params["message"] == "x:2" and "we are sorry" in texts(app)


def test_the_warmest_and_the_worst_are_sure_where_anything_is():
    rows = [
        ("a", 0.9, True, None, True, "positive"),
        ("b", 0.5, False, None, True, "positive"),
        ("c", -0.2, True, None, True, "negative"),
        ("d", 0.99, False, None, False, "positive"),
        ("e", -0.1, False, None, True, "neutral"),
    ]
    columns = ["touch_id", "said", "doubtful", "label_of_people", "counts", "label"]
    touches = pd.DataFrame(rows, columns=columns).assign(happened_at=START)
    found = _person_ends.of(touches)
    assert {end: touch and touch["touch_id"] for end, touch in found.items()} == {"warmest": "b", "worst": "c"}
    assert _person_ends.of(touches[touches["said"] > 0])["worst"] is None


def test_with_another_brand_the_page_stays_with_the_same_person(sample: Workspace, in_workspace: Look):
    in_workspace(sample)
    here, there = (shown(sample, "accounts", brand=brand).set_index("account_id") for brand in ("tamrow", "quillstone"))
    account = next(iter(here.index.intersection(there.index)))
    app = opened(PAGE, person=here["person"][account], brand="Quillstone Construction")
    assert app.query_params["person"] == there["person"][account] != here["person"][account]
    assert app.title[0].value == here["name"][account]


def test_threads_stand_oldest_first_and_the_one_with_the_latest_touch_above():
    rows = [("a", "one", 5), ("b", "two", 4), ("c", "one", 1), ("d", None, 3)]
    touches = pd.DataFrame(
        [(touch, thread, START + timedelta(days=day)) for touch, thread, day in rows],
        columns=["touch_id", "conversation", "happened_at"],
    )
    found = [group["touch_id"].tolist() for group in _person_timeline.threads(touches)]
    assert found == [["c", "a"], ["b"], ["d"]]


@pytest.mark.parametrize(
    ("show", "there", "not_there"),
    [
        ("theirs", "such wonderful mugs ++", "we come on Friday"),
        ("ours", "we come on Friday", "can you send the bill again? +-"),
        ("offline", "on the phone", "we come on Friday"),
    ],
)
def test_the_timeline_can_be_narrowed_by_its_address(show: str, there: str, not_there: str, marl: Workspace):
    add_entry(marl, "on the phone")
    found = texts(visit(marl, show=show))
    assert there in found and not_there not in found
    assert "**4 messages, 02 Mar 2026 to 05 Mar 2026**" in marked(visit(marl))


def test_the_stages_are_those_of_the_months_in_which_they_changed(marl: Workspace):
    with store.connect(marl.mentions) as con:
        rows = con.execute("select person_id, month, stage from derived.stage_month order by 1, 2").fetchall()
    expected: dict[str, list[tuple[date, str]]] = {}
    for who, month, stage in rows:
        runs = expected.setdefault(who, [])
        if not runs or runs[-1][1] != stage:
            begun = START.date() + timedelta(days=5) if who == person(marl, BO) else START.date()
            runs.append((max(month, begun), stage))  # nobody is at a stage before the first touch
    found = shown(marl, "person_stages", brand="marl", person=person(marl, BO))
    assert list(zip(found["month"], found["stage"], strict=True)) == expected[person(marl, BO)]
    assert len(found) > 1


def test_what_a_colleague_types_elsewhere_is_there_at_the_next_look(marl: Workspace):
    app = visit(marl, part=NOTES)
    for text in ("first word", "second word"):
        journal.save_note(marl, "marl", TESS.id, text, "Ines")
        assert text in texts(app.run())


def test_the_chart_holds_what_was_said_what_was_offline_fruit_and_stages(marl: Workspace):
    touches = shown(marl, "person_touches", brand="marl", person=person(marl))
    call = touches.iloc[[0]].assign(said=None, label=None, offline=True, kind="call", touch_id="journal:1")
    path = shown(marl, "person_path", brand="marl", person=person(marl))
    fruit = pd.DataFrame([{"happened_at": START, "kind": "referral"}])
    figure = _charts_person.path(path, pd.concat([touches, call]), fruit, "How?", "We spoke")
    drawn = {trace.name: len(trace.x) for trace in figure.data}
    assert drawn == {
        None: len(path),
        "90 % band": len(path),
        "Feeling, by all that they said until then": len(path),
        "They: positive": 4,
        "They: negative": 1,
        "Offline": 1,
        "We spoke": 2,
        "Fruit": 1,
    }
    runs = pd.DataFrame([(START, "aware"), (START + timedelta(days=60), "dormant")], columns=["month", "stage"])
    steps = _charts_person.stages(runs, pd.Timestamp("2026-09-01"), "When?").data[0]
    assert (list(steps.y), len(steps.x)) == ([2, 1, 1], 3)


def test_the_chart_of_whoever_spoke_once_shows_a_month_and_not_milliseconds(marl: Workspace):
    path = shown(marl, "person_path", brand="marl", person=person(marl))
    touches = shown(marl, "person_touches", brand="marl", person=person(marl))
    none = pd.DataFrame({"happened_at": [], "kind": []})
    once = _charts_person.path(path.iloc[:0], touches.iloc[:1], none, "How?", "We spoke").layout.xaxis
    moment = touches["happened_at"].iloc[0]
    assert list(once.range) == [moment - timedelta(days=15), moment + timedelta(days=15)]
    assert _charts_person.path(path, touches, none, "How?", "We spoke").layout.xaxis.range is None
    assert _charts_person.path(path.iloc[:0], touches.iloc[:0], none, "How?", "We spoke").layout.xaxis.range is None


def test_the_feeling_of_a_single_day_has_its_interval_as_a_bar(marl: Workspace):
    path = shown(marl, "person_path", brand="marl", person=person(marl)).iloc[:1]
    none = shown(marl, "person_touches", brand="marl", person=person(marl)).iloc[:0]
    figure = _charts_person.path(path, none, pd.DataFrame({"happened_at": [], "kind": []}), "How?", "We spoke")
    (line,) = (trace for trace in figure.data if trace.error_y.visible)
    ends = [line.y[0] - line.error_y.arrayminus[0], line.y[0] + line.error_y.array[0]]
    assert ends == pytest.approx([path["low"].iloc[0], path["high"].iloc[0]])


def test_where_all_that_passed_has_been_taken_back_no_note_on_a_day_is_told():
    nothing = pd.DataFrame({"happened_at": pd.to_datetime([])})
    assert _person_history.in_time([{"day": date(2026, 3, 2), "text": "open day"}], nothing).empty


def test_a_click_on_a_mark_that_is_not_published_leads_nowhere(marl: Workspace):
    entry = add_entry(marl, "on the phone", feeling="positive")
    app = visit(marl)
    app.session_state["path"] = {"selection": {"points": [{"customdata": [f"journal:{entry}", "call"]}], **NO_AREA}}
    app.run()
    assert app.title[0].value == "Tess Ardley"
    app.session_state["path"] = {"selection": {"points": [{"customdata": ["x:2", "mention"]}], **NO_AREA}}
    app.run()
    assert app.title[0].value.startswith("Conversations")


def test_accounts_are_suggested_with_evidence_merged_with_a_reason_and_split_again(marl: Workspace):
    old = person(marl, SKY)
    app = visit(marl, part=ACCOUNTS)
    app.toggle[0].set_value(True).run()
    sure = "bluesky:tess: the same verified link (90 % sure, by our weights)"
    assert [text for text in texts(app) if "sure" in text] == [sure]
    assert "developer terms" in app.warning[-1].value
    press(app, "Keep it")
    assert [error.value for error in app.error] == ["It was not kept: reason\\: it is empty"]
    next(field for field in app.text_input if field.label == "Why").set_value("she said so")
    press(app, "Keep it")
    assert "x:tess and bluesky:tess are one person: she said so" in texts(app)
    assert "Waits for the next refresh" in marked(app) and not [text for text in texts(app) if "sure" in text]
    refresh(marl)
    app = opened(PAGE, person=old)
    assert app.title[0].value == "Tess Ardley" and app.query_params["person"] == person(marl)
    assert "hello from the other place ++" in texts(app)
    app = visit(marl, part=ACCOUNTS)
    assert "Waits for" not in marked(app)
    next(field for field in app.text_input if field.label == "Why").set_value("another Tess")
    press(app, "Keep it")
    assert "x:tess and bluesky:tess are no longer one person." in texts(app)
    refresh(marl)
    assert person(marl, SKY) == old


def test_an_account_that_nothing_suggests_is_merged_by_hand(marl: Workspace):
    app = visit(marl, part=ACCOUNTS)
    next(field for field in app.text_input if field.label == "Whose account").set_value("bo w").run()
    next(field for field in app.text_input if field.label == "Why").set_value("the same voice")
    press(app, "Keep it")
    [merge] = journal_reads.read_merges(marl)
    assert (merge["account_id"], merge["with_account_id"], merge["reason"]) == (TESS.id, BO.id, "the same voice")
    press(app, "Undo")
    assert journal_reads.read_merges(marl) == []


def test_a_pair_on_which_somebody_decided_is_not_suggested_again(marl: Workspace):
    identity.split(marl, SKY.id, TESS.id, "two people", "Ines")
    app = visit(marl, part=ACCOUNTS)
    app.toggle[0].set_value(True).run()
    assert not [text for text in texts(app) if "sure" in text]
    assert "No other account has enough in common" in marked(app)


@pytest.mark.parametrize("refreshed", [False, True])
@pytest.mark.parametrize("query", [{}, {"part": ACCOUNTS}, {"brief": "1"}], ids=str)
def test_pseudonymous_people_have_no_name_no_link_and_nothing_to_write(
    query: dict[str, str], refreshed: bool, marl: Workspace
):
    who = person(marl)
    (marl.folder / "brand.toml").write_text(BRAND.replace('"named"', '"pseudonymous"'), encoding="utf-8")
    if refreshed:
        add_entry(marl, "she brought Olga Finch along")
        refresh(marl)
    journal.save_annotation(marl, "marl", date(2026, 4, 1), "Tess came by", "Ines")
    app = opened(PAGE, person=who, **query)
    everything = "\n".join((marked(app), *texts(app), *(button.label for button in app.button)))
    assert app.title[0].value == _words.plain(f"someone on X · {who[:4]}")
    assert "Tess" not in everything and "@tess" not in everything and "x.example" not in everything
    assert not app.text_area and NOTES not in [tab.label for tab in app.tabs]
    assert "nobody came, I am done with you --" in everything and "Olga" not in everything
    assert ("what was noted of it is told only where people are named" in everything) == (refreshed and not query)
    assert not [said for said in ("What we promised", "No promise is open", "No notes yet") if said in everything]


def test_of_single_people_nothing_is_shown_where_only_everybody_together_may_be(marl: Workspace):
    config = marl.folder / "brand.toml"
    config.write_text(BRAND.replace('"named"', '"aggregate"'), encoding="utf-8")
    app = opened(PAGE, person=person(marl))
    assert app.title[0].value == "Person" and "nothing of single people is shown" in app.info[0].value
    assert not app.metric and not texts(app)


def test_who_never_addressed_us_is_shown_without_a_name_and_cannot_be_written_about(marl: Workspace):
    with store.open_published(marl.published) as con:
        ((who,),) = con.execute("select person_id from pub.person where account_id is null").fetchall()
    app = opened(PAGE, person=who)
    assert app.title[0].value == _words.plain(f"someone on X · {who[:4]}")
    assert "They are not told by name" in marked(app) and not app.text_area
    assert "they of Marl are rude --" in texts(app)
    assert app.metric[1].proto.delta_description == "of 1 touch of theirs"
    with store.open_published(marl.published) as con:
        ((days,),) = con.execute("select count(*) from pub.feeling_path where person_id = ?", [who]).fetchall()
    captions = " ".join(caption.value for caption in app.caption)
    assert ("The line is the estimate" in captions) == (days > 0) and "Click a mark" in captions


HOSTILE = "<b>x</b> **bold** [click](javascript:alert(1)) :material/bomb: $x$"


def test_what_people_type_is_shown_as_it_is(marl: Workspace):
    journal.save_note(marl, "marl", TESS.id, HOSTILE, "# Mags")
    journal.save_promise(marl, "marl", TESS.id, HOSTILE, date(2026, 1, 1), "Mags")
    journal.save_members(marl, [TESS.id], "list", HOSTILE, True, "Mags")
    journal.save_annotation(marl, "marl", date(2026, 4, 1), HOSTILE, "Mags")
    add_entry(marl, HOSTILE)
    fruit = {"brand": "marl", "account_id": TESS.id, "kind": "friendship", "happened_at": START, "text": HOSTILE}
    journal.save_fruit(marl, fruit | {"author": "Mags"})
    for query in ({}, {"part": NOTES}, {"part": FRUIT}, {"brief": "1"}):
        app = visit(marl, **query)
        said = "\n".join((marked(app), *(button.label for button in app.button)))
        for active in ("<b>", "**bold**", "[click]", ":material/bomb:", "$x$"):
            assert active not in said, query
        assert any(HOSTILE in text for text in texts(app)), query


@pytest.mark.parametrize(
    ("authors", "told"),
    [
        (["Olaf", "Olaf", "Mags"], "Olaf"),
        (["Olaf", "Mags", None], None),
        (["Olaf", "Olaf", None, None], None),
        (["Olaf"], None),
        (["MarlKilns", "MarlKilns"], None),
        ([], None),
    ],
)
def test_who_on_our_side_mostly_talks_with_them_is_told_but_not_of_an_account_of_the_brand(authors: list, told):
    ours = [{"direction": "out", "offline": False, "author": author} for author in authors]
    theirs = [{"direction": "in", "offline": False, "author": None}] * 9
    touches = pd.DataFrame([*ours, *theirs]).astype({"author": object})
    assert _person_facts.mostly(touches, [Brand("marl", "Marl Kilns", ("marlkilns",))]) == told
    met = touches.assign(offline=True, direction="in", author="Jo")
    assert _person_facts.mostly(met, []) == "Jo"


def test_who_talks_with_them_stands_in_the_facts_and_the_brief_where_people_are_named(marl: Workspace):
    for number in range(3):  # beside two replies of nobody that is known
        add_entry(marl, f"a talk {number}")
    for query in ({}, {"brief": "1"}):
        assert any("with Mags mostly" in text for text in texts(visit(marl, author="", **query)))


def test_a_journal_that_cannot_be_read_leaves_what_is_published(marl: Workspace):
    marl.journal.write_bytes(b"no database" * 999)
    app = opened(PAGE, person=person(marl))
    assert not app.exception and app.error[0].value.startswith("What people typed cannot be read")
    assert "such wonderful mugs ++" in texts(app) and not app.text_area


def test_the_brief_says_of_what_days_nothing_could_be_measured_and_of_what_there_is_no_evidence(marl: Workspace):
    said = "\n".join(texts(visit(marl, author="", brief="1")))
    assert "no question of theirs in the last 90 days could be measured" in said
    unsure = _person_brief.feeling({"feeling": -0.13, "low": -0.4, "high": 0.1, "mentions": 4}, "us")
    assert unsure.startswith("Whether they like or dislike us there is not enough evidence yet to say: −0.13 (90 %: ")


@pytest.mark.parametrize(
    ("brand", "name", "who"),
    [("tamrow", "Tamrow Design-Build", "we"), ("quillstone", "Quillstone Construction", "Quillstone Construction")],
)
def test_what_another_brand_owes_is_not_said_as_if_we_were_it(
    brand: str, name: str, who: str, sample: Workspace, in_workspace: Look
):
    in_workspace(sample)
    with store.open_published(sample.published) as con:
        ((someone, rate, asked),) = con.execute(
            "select person_id, our_rate, our_asked from pub.person join pub.work_list using (brand, person_id)"
            " where brand = ? and list = 'owe an answer' and our_asked > 0 order by person_id limit 1",
            [brand],
        ).fetchall()
    app = opened(PAGE, person=someone, brand=name)
    said = "\n".join(texts(app))
    assert f" · {who} answered {100 * rate:.0f} % of {asked} in time in the last 90 days" in said
    assert any("Owe an answer" in warning.value for warning in app.warning) == (who == "we")
    beside = (app.metric[3].label, app.metric[3].help)  # a name would be cut
    assert beside == (("From us", "") if who == "we" else ("From the brand", who))
    brief = "\n".join(texts(opened(PAGE, person=someone, brand=name, brief="1")))
    assert ("\nWe, " in brief or "heard from us." in brief) == (who == "we")
    assert (f"\n{who}, " in brief or f"heard from {who}." in brief) == (who != "we")


def test_the_brief_holds_what_one_should_know_before_a_call(marl: Workspace):
    journal.save_promise(marl, "marl", TESS.id, "a new burner", date(2030, 1, 2), "Ines")
    journal.save_note(marl, "marl", TESS.id, "works at night", "Mags")
    app = press(visit(marl), "Brief before a call")
    assert app.query_params["brief"] == "1" and not app.metric
    headings = [line.value for line in app.markdown]
    assert headings == [
        f"**{heading}**"
        for heading in (
            "How it stands",
            "The last touch of both sides",
            "What we promised",
            "What we owe them",
            "What they talk about",
            "The warmest and the worst they said",
            "Notes",
            "Better not said: it has no evidence",
        )
    ]
    said = dict(zip(headings, texts(app)[-len(headings) :], strict=True))
    assert said["**The last touch of both sides**"] == (
        "They, 10 Jun 2026, mention: can you send the bill again? +-\nWe, 05 Mar 2026, reply: we are sorry"
    )
    assert said["**What we promised**"] == "until 02 Jan 2030: a new burner"
    assert "Owe an answer since 11 May 2026: can you send the bill again? +-" in said["**What we owe them**"]
    assert said["**The warmest and the worst they said**"] == (
        "“such wonderful mugs ++” (+0.88, X, 11 Apr 2026)\n“nobody came, I am done with you --” (−0.80, X, 04 Mar 2026)"
    )
    assert said["**Notes**"].endswith("Mags: works at night")
    assert "That their feeling has changed: not enough evidence yet." in said[headings[-1]]
    press(app, "The whole page")
    assert "brief" not in app.query_params and app.metric


@pytest.fixture(scope="module")
def served(made: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A copy of the small workspace, in which Bo has more than fits on a sheet of paper."""
    place = Workspace(tmp_path_factory.mktemp("served") / "marl")
    shutil.copytree(made.folder, place.folder)
    long = "words that go on " * 60
    for number in range(8):
        journal.save_note(place, "marl", BO.id, f"{number} {long}", "Mags")
        journal.save_promise(place, "marl", BO.id, f"{number} {long}", date(2026, 1, 1), "Ines")
        add_entry(place, f"{number} {long}", account_id=BO.id, direction="in", feeling="negative")
        add_entry(place, f"{number} {long}", account_id=BO.id, direction="out", feeling="positive")
    return place


@pytest.fixture(scope="module")
def address(served: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server that shows it."""
    with running(ROOT / "dashboard.py", served.folder, tmp_path_factory.mktemp("server") / "log") as found:
        yield found


def test_the_brief_is_one_sheet_of_paper_however_much_was_typed_without_anything_to_press(
    browser: Browser, address: str, served: Workspace
):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{address}/person?person={person(served, BO)}&brief=1")
    settled(page)
    sheets = pypdfium2.PdfDocument(page.pdf(format="A4"))
    words = " ".join(" ".join(sheet.get_textpage().get_text_range() for sheet in sheets).split())
    assert len(sheets) == 1
    assert "Bo Winter" in words and "Better not said" in words and "… and 5 more promises" in words
    assert "The whole page" not in words and "Your name" not in words
    page.close()


def test_the_tab_and_what_is_shown_are_in_the_address_and_the_name_in_a_cookie(
    browser: Browser, address: str, served: Workspace
):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{address}/person?person={person(served)}")
    settled(page)
    page.get_by_role("tab", name=NOTES).click()
    page.wait_for_function("location.search.includes('part=Notes')")
    settled(page)
    page.get_by_text("Write a note").click()
    page.get_by_role("textbox", name="Note", exact=True).fill("half a no")
    page.get_by_role("tab", name="What passed").click()
    page.wait_for_function("!location.search.includes('part=Notes')")
    settled(page)
    page.get_by_role("tab", name=NOTES).click()
    page.wait_for_function("location.search.includes('part=Notes')")
    settled(page)
    assert page.get_by_role("textbox", name="Note", exact=True).input_value() == "half a no"
    page.get_by_role("tab", name="What passed").click()
    page.wait_for_function("!location.search.includes('part=Notes')")
    settled(page)
    page.get_by_text("ours", exact=True).click()
    page.wait_for_function("location.search.includes('show=ours')")
    again = browser.new_page(viewport={"width": 1280, "height": 900})
    again.goto(page.url)
    settled(again)
    assert again.get_by_text("we come on Friday").count() == 1
    assert again.get_by_text("the bill is odd").count() == 0
    page.close()
    name = again.get_by_role("textbox", name="Your name")
    assert name.input_value() == "", "the name is not in the address"
    name.fill("Mägs; Osei")
    name.press("Enter")
    again.wait_for_function("document.cookie.includes('orchard_author')")
    again.reload()
    settled(again)
    assert name.input_value() == "Mägs; Osei"
    again.close()
