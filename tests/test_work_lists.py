"""Work lists and repair: hand-made people for every rule."""

from datetime import datetime, timedelta
from typing import Any

import duckdb
import pytest
from statsmodels.stats.proportion import proportion_confint

from tests.test_stages import AS_OF, LISTS, PRAISE, REPAIR, Rows, ago, crowd, lively, loop, ours, rounded, touch, world
from tests.worlds import table


def listed(con: duckdb.DuckDBPyConnection, name: str) -> Rows:
    """Return the rows of one work list."""
    return [row for row in table(con, "work_list") if row["list"] == name]


def answer(person: str, days: float, **more: Any) -> dict[str, Any]:
    """Return a run of theirs, so many days ago, that nobody answered."""
    asked = {"brand": "b", "thread": f"{person}{days}", "person_id": person, "direction": "ours", "asks": True}
    return asked | {"asked_at": ago(days), "last_at": ago(days), "answered_at": None} | more


def test_we_owe_an_answer_to_whose_last_run_waits():
    people = ["waits", "thanks", "answered", "old", "called", "asked us back"]
    answers = [
        answer("waits", 10, last_at=ago(9)),
        answer("waits", 30, answered_at=ago(29)),
        answer("thanks", 10, asks=False),
        answer("answered", 10, answered_at=ago(9)),
        answer("answered", 20),
        answer("old", 91),
        answer("called", 10),
        answer("asked us back", 10, direction="theirs"),
    ]
    rows = [touch(person, 30) for person in people] + [touch("waits", 10), ours("waits", 29)]
    con = world([*rows, ours("called", 5, kind="call", offline=True)], *LISTS, answers=answers)
    (found,) = listed(con, "owe an answer")
    assert (found["person_id"], found["since"], found["days"]) == ("waits", ago(10), 10)
    assert found["thread"] == "waits10"


def test_an_open_question_is_owed_although_another_was_answered_before_it():
    answers = [
        answer("asks again", 10, last_at=ago(9)),
        answer("asks again", 9.5, thread="other", answered_at=ago(9.4)),
        answer("answered after", 10),
        answer("answered after", 9.5, thread="other", answered_at=ago(9.4)),
    ]
    con = world([touch(person, 10) for person in ("asks again", "answered after")], *LISTS, answers=answers)
    assert [row["person_id"] for row in listed(con, "owe an answer")] == ["asks again"]


@pytest.mark.parametrize(("begun_by", "hours", "owed"), [("out", 2, False), ("in", 2, False), ("in", 26, True)])
def test_a_call_settles_the_questions_of_its_day_whoever_began_it(begun_by: str, hours: float, owed: bool):
    """Of what was typed in only the day is known: it is stored as noon, or as the beginning of the day."""
    noon = AS_OF.replace(hour=12, minute=0) - timedelta(days=10)
    call = touch("x", 0, kind="call", offline=True, direction=begun_by, happened_at=noon)
    asked = noon + timedelta(hours=hours)
    con = world([touch("x", 30), call], *LISTS, answers=[answer("x", 0, asked_at=asked, last_at=asked)])
    assert bool(listed(con, "owe an answer")) == owed


def test_we_stop_pushing_who_lets_three_touches_in_two_weeks_pass():
    rows = [
        *[ours("pushed", day) for day in (40, 30, 20)],
        touch("pushed", 50),
        *[ours("never spoke", day) for day in (40, 30, 20)],
        *[ours("two only", day) for day in (40, 20)],
        *[ours("in one week", day) for day in (26, 23, 20)],
        *[ours("answered", day) for day in (40, 30, 20)],
        touch("answered", 25),
        *[ours("long over", day) for day in (140, 130, 100)],
        *[ours("met", day, kind="meeting", offline=True) for day in (40, 30, 20)],
        *[ours("said how they feel", day, kind="gift", offline=True, stated=True) for day in (40, 30, 20)],
    ]
    found = listed(world(rows, *LISTS), "stop pushing")
    assert [(row["person_id"], row["since"], row["touches"]) for row in found] == [
        ("never spoke", ago(40), 3),
        ("pushed", ago(40), 3),
    ]


def test_the_strained_are_listed_since_their_first_month_of_it():
    rows = [touch("x", 100 + 5 * i, -0.9) for i in range(6)] + [touch("y", 5, -0.9)]
    rows += [touch("new", 40 + i, -0.9) for i in range(6)]
    before = [row | {"happened_at": row["happened_at"] - timedelta(days=60)} for row in crowd()]
    found = {row["person_id"]: row for row in listed(world(crowd() + before + rows, *LISTS), "strained")}
    assert "y" not in found
    assert (found["x"]["touches"], found["x"]["since"]) == (6, datetime(2025, 9, 1))  # no crowd before: no warmth
    assert found["new"]["since"] == ago(45)  # and not since the month began, when nobody knew of them
    assert all(row["warmth"] < 0 for row in found.values())


def test_gone_quiet_is_measured_by_their_own_rhythm():
    weekly = [touch("weekly", day) for day in range(40, 110, 7)]
    slow = [touch("slow", day) for day in (40, 80, 120)]
    called = [row | {"person_id": "called", "account_id": "called"} for row in weekly]
    rows = [
        *weekly,
        *slow,
        *called,
        ours("called", 5, kind="call", offline=True),
        *loop("once", 60, "t"),
        touch("new", 2),
    ]
    (found,) = listed(world(rows, *LISTS), "gone quiet")
    assert (found["person_id"], found["was"], found["since"]) == ("weekly", "engaged", ago(40))
    assert (found["silence_days"], found["mean_gap_days"]) == (40, 7)


def test_who_left_more_than_half_a_year_ago_is_no_longer_gone_quiet():
    rows = [touch("x", day) for day in range(400, 480, 7)] + [touch("y", 1)]
    assert listed(world(rows, *LISTS), "gone quiet") == []


def test_defenders_speak_up_where_others_complain_or_unasked():
    bad, good = {"label": "negative", "thread": "row"}, {"label": "positive", "thread": "row", "value": 0.8}
    rows = [
        touch("angry", 20, -0.8, **bad),
        touch("angry", 19, **good),  # in their own thread
        touch("friend", 18, **good),
        touch("friend", 17, **good),
        touch("unsure", 16, **good | {"doubtful": True}),
        touch("calm", 15, **good | {"label": "neutral"}),
        touch("elsewhere", 14, **good | {"thread": "other"}),
        touch("whisper", 13, **good | {"public": False}),
    ]
    loyal = [row | {"label": "positive"} for row in [*PRAISE, touch("x", 12, 0.9, unprompted=False)]] + loop(
        "x", 10, "one", 0.9, public=False
    )
    found = listed(world(crowd() + rows + loyal, *LISTS), "defenders")
    assert [(row["person_id"], row["touches"], row["since"], row["stage"]) for row in found] == [
        ("friend", 2, ago(18), "engaged"),
        ("x", 2, ago(30), "advocate"),
    ]


def test_a_thread_that_opened_with_a_doubtful_complaint_needs_no_defender():
    rows = [
        touch("angry", 20, label="negative", thread="row", doubtful=True),
        touch("friend", 18, label="positive", thread="row"),
    ]
    assert listed(world(rows, *LISTS), "defenders") == []


def test_the_warm_and_near_whom_we_never_met_are_ready_to_meet():
    def warm(person: str) -> Rows:
        return [row for i in range(5) for row in loop(person, 10 + 3 * i, f"{person}{i}", 0.8, public=False)]

    met = [ours("met", 100, kind="meeting", offline=True)]
    met_long_ago = [ours("met long ago", 380, kind="meeting", offline=True)]
    cold = [row | {"value": -0.8} for row in warm("cold")]
    con = world(crowd() + warm("near") + warm("met") + met + warm("met long ago") + met_long_ago + cold, *LISTS)
    found = listed(con, "ready to take offline")
    assert [(row["person_id"], row["touches"], row["since"]) for row in found] == [
        ("met long ago", 5, datetime(2025, 11, 1)),
        ("near", 5, datetime(2025, 11, 9)),
    ]


def test_staff_and_bots_stand_at_no_stage_and_on_no_list():
    rows = [*[ours("us", day) for day in (40, 30, 20)], touch("robot", 3), touch("x", 3)]
    con = world(rows, *LISTS, roles={"us": "staff", "robot": "bot"})
    assert [row["person_id"] for row in table(con, "stage")] == ["x"]
    assert table(con, "work_list") == []


def complaint(person: str, days: float, value: float = -0.8, **more: Any) -> dict[str, Any]:
    """Return a negative mention."""
    return touch(person, days, value, **({"label": "negative", "thread": f"{person}{days}"} | more))


def test_what_came_of_a_complaint():
    rows = [
        complaint("better", 200),
        touch("better", 198.5, -0.9),  # before the answer: no outcome
        touch("better", 170, 0.3),
        touch("better", 160, 0.1),
        touch("better", 100, -1.0),  # after the 60 days
        complaint("still bad", 200),
        touch("still bad", 190, -0.2),  # better than -0.8, but below 0
        complaint("barely", 200, -0.1),
        touch("barely", 190, 0.04),  # less than noticeable
        complaint("silent", 200),
        complaint("early", 40),
        complaint("late", 200),
        touch("late", 100, 0.9),
        touch("calm", 200, -0.9),
        complaint("unsure", 200, doubtful=True),
    ]
    answers = [
        answer("better", 200, thread="better200", answered_at=ago(198)),
        answer("late", 200, thread="late200", answered_at=ago(130)),
        answer("silent", 230, thread="silent200", answered_at=ago(229)),  # an earlier run of the thread
    ]
    con = world([*rows, ours("somebody", 300)], *REPAIR, answers=answers)
    found = {row["person_id"]: row for row in table(con, "repair")}
    assert {person: (row["outcome"], row["hours"]) for person, row in found.items()} == {
        "better": ("better", pytest.approx(48)),
        "still bad": ("same", None),
        "barely": ("same", None),
        "silent": ("silent", None),
        "early": ("too early", None),
        "late": ("silent", None),
    }
    assert (found["better"]["mentions_after"], found["better"]["value_after"]) == (2, pytest.approx(0.2))
    rates = {(row["answered"], row["outcome"]): row for row in table(con, "repair_rate")}
    assert {key: (row["n"], row["complaints"], row["people"]) for key, row in rates.items()} == {
        (True, "better"): (1, 1, 1),
        (True, "same"): (0, 1, 1),
        (True, "silent"): (0, 1, 1),
        (False, "better"): (0, 4, 4),
        (False, "same"): (2, 4, 4),
        (False, "silent"): (2, 4, 4),
    }
    for row in rates.values():
        assert (row["low"], row["high"]) == pytest.approx(
            proportion_confint(row["n"], row["complaints"], 0.1, "wilson"), abs=1e-4
        )


def test_where_our_side_is_not_collected_no_complaint_is_called_unanswered():
    rows = [complaint(f"p{i}", 200, source="x" if i % 2 else "reviews") for i in range(8)]
    con = world([*rows, ours("somebody", 300, source="x")], *REPAIR)
    assert {row["recorded"] for row in table(con, "repair") if row["person_id"] in ("p0", "p2")} == {False}
    assert {row["complaints"] for row in table(con, "repair_rate")} == {4}


def test_what_was_said_in_a_call_is_no_complaint_that_waits():
    rows = [complaint("told us", 200, kind="call", offline=True, stated=True), complaint("wrote", 200)]
    assert [row["person_id"] for row in table(world(rows, *REPAIR), "repair")] == ["wrote"]


def test_a_complaint_begins_after_thirty_days_without_one():
    rows = [complaint("x", days) for days in (300, 280, 251, 220, 189)]
    found = table(world(rows, *REPAIR), "repair")
    assert [row["complained_at"] for row in found] == [ago(300), ago(220), ago(189)]


def test_an_arc_that_is_over_stays_as_it_was():
    rows = lively(9)
    runs = [
        answer(row["person_id"], 0, thread=row["thread"], asked_at=row["happened_at"], last_at=row["happened_at"])
        | {"answered_at": row["happened_at"] + timedelta(days=5 * (i % 30)) if i % 3 else None}
        for i, row in enumerate(rows)
        if row.get("label") == "negative"
    ]
    whole = {row["touch_id"]: row for row in rounded(table(world(rows, "repair", answers=runs), "repair"))}
    end = ago(200)
    known = [
        run | {"answered_at": None} if run["answered_at"] and run["answered_at"] >= end else run
        for run in runs
        if run["asked_at"] < end
    ]
    then = rounded(table(world(rows, "repair", answers=known, as_of=end), "repair"))
    over = [row for row in then if row["outcome"] != "too early"]
    assert len(over) > 30
    assert over == [whole[row["touch_id"]] for row in over]
