"""Who answers whom, how a relationship stands, and whether a silence means anything."""

from datetime import datetime, timedelta
from math import exp
from typing import Any

import duckdb
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import check_grad
from scipy.stats import beta, gamma
from statsmodels.duration.survfunc import SurvfuncRight
from statsmodels.stats.proportion import proportion_confint

from pipeline.metrics.build import build
from pipeline.metrics.rhythm import Histories, Model, fit, loss
from tests.worlds import START, keep, ledger, table

TIES = ("answer", "response", "rhythm", "tie")


def world(
    rows: list[dict[str, Any]],
    *names: str,
    as_of: float | None = None,
    roles: dict[str, str] | None = None,
    warmth: dict[str, float] | None = None,
    **numbers: Any,
) -> duckdb.DuckDBPyConnection:
    """Return a database with the rows and these metrics of them, as of so many days after START."""
    con = ledger(rows, START + timedelta(days=as_of) if as_of is not None else None, **numbers)
    everybody = {row["account_id"] for row in rows} - {None} | {"somebody"}
    keep(con, "role", [{"account_id": who, "role": (roles or {}).get(who, "person")} for who in sorted(everybody)])
    con.execute("create table derived.level (brand text, person_id text, low double)")
    for who, low in (warmth or {}).items():
        con.execute("insert into derived.level values ('b', ?, ?)", [who, low])
    for name in names:
        build(con, name)
    return con


def at(day: float) -> datetime:
    return START + timedelta(days=day)


def they(who: str, day: float, thread: str = "one", text: str = "Where is my order?", **more: Any) -> dict[str, Any]:
    """Return what a person said on a day after START."""
    said = {
        "account_id": who,
        "person_id": who,
        "happened_at": at(day),
        "thread": thread,
        "kind": "reply",
        "text": text,
    }
    return said | more


def we(who: str | None, day: float, thread: str = "one", text: str = "We look into it.", **more: Any) -> dict[str, Any]:
    """Return what we said to a person, or to nobody in particular."""
    return they(who, day, thread, text, direction="out", addressed=False) | more  # type: ignore[arg-type]


def runs(con: duckdb.DuckDBPyConnection, direction: str) -> list[tuple[Any, ...]]:
    """Return (person, asked, last, answered, touches) of one side's runs, with days after START."""
    found = [row for row in table(con, "answer") if row["direction"] == direction]
    found.sort(key=lambda row: (row["person_id"], row["asked_at"]))
    return [
        (row["person_id"], *(day(row[name]) for name in ("asked_at", "last_at", "answered_at")), row["touches"])
        for row in found
    ]


def day(moment: datetime | None) -> float | None:
    return None if moment is None else round((moment - START) / timedelta(days=1), 6)


def test_a_run_waits_from_its_first_message_until_we_next_speak_to_them():
    rows = [they("ann", 1), they("ann", 2), we("ann", 3), we("ann", 4), they("ann", 6), they("ann", 7, "two")]
    con = world(rows, "answer", as_of=10)
    assert runs(con, "ours") == [("ann", 1, 2, 3, 2), ("ann", 6, 6, None, 1), ("ann", 7, 7, None, 1)]
    assert runs(con, "theirs") == [("ann", 3, 4, 6, 2)]
    assert [row["hours"] for row in table(con, "answer") if row["answered_at"] == at(3)] == [48]


def test_in_a_shared_thread_an_answer_is_for_whom_it_names_and_one_to_nobody_is_for_all():
    rows = [they("ann", 1), they("bob", 2), we("bob", 3), they("bob", 4), we(None, 5), they("ann", 6)]
    con = world(rows, "answer", as_of=10)
    assert runs(con, "ours") == [("ann", 1, 1, 5, 1), ("ann", 6, 6, None, 1), ("bob", 2, 2, 3, 1), ("bob", 4, 4, 5, 1)]
    assert runs(con, "theirs") == [("bob", 3, 3, 4, 1)]


def test_at_one_moment_the_question_comes_before_the_answer():
    con = world([we("ann", 1), they("ann", 1), they("ann", 2)], "answer", as_of=3)
    assert runs(con, "ours") == [("ann", 1, 1, 1, 1), ("ann", 2, 2, None, 1)]
    assert runs(con, "theirs") == [("ann", 1, 1, 2, 1)]


def test_likes_calls_staff_and_bots_ask_and_answer_nothing():
    rows = [
        they("ann", 1),
        we("ann", 2, kind="like", text=""),
        we("ann", 3, kind="call", offline=True),
        they("ann", 4, kind="like", text=""),
        they("sam", 5),
        they("bot", 5),
        we("ann", 6),
    ]
    con = world(rows, "answer", as_of=10, roles={"sam": "staff", "bot": "bot"})
    assert runs(con, "ours") == [("ann", 1, 1, 6, 1)]
    assert runs(con, "theirs") == [("ann", 6, 6, None, 1)]


@pytest.mark.parametrize(
    ("text", "closing"),
    [
        ("@brand Thanks!", True),
        ("ok great", True),
        ("Okey. Thank you! 🤗", True),
        ("👍", True),
        ("Thanks for your help, Becky.", True),
        ("Danke!", True),
        ("Thanks. Here's the link: https://t.co/x", False),
        ("Sent and thank you", False),
        ("Any update, Sophie? Thanks.", False),
        ("Thanks for nothing", False),
        ("Thanks but it still fails", False),
        ("It didn’t work, thanks", False),
        ("iOS 11.1", False),
        ("", False),  # a picture
        ("Thank you for the reply, I will now go and tell everybody I know what happened", False),
    ],
)
def test_a_short_thanks_after_our_answer_asks_nothing(text: str, closing: bool):
    con = world([they("ann", 1), we("ann", 2), they("ann", 3, text=text)], "answer", as_of=4)
    last = max((row for row in table(con, "answer") if row["direction"] == "ours"), key=lambda row: row["asked_at"])
    assert (last["closing"], last["asks"]) == (closing, not closing)


def test_a_first_thanks_and_a_run_that_also_says_more_do_ask():
    rows = [
        they("ann", 1, text="Thanks!"),
        we("ann", 2),
        they("ann", 3, text="Thanks!"),
        they("ann", 3.1, text="It fails"),
    ]
    con = world(rows, "answer", as_of=4)
    assert [row["asks"] for row in table(con, "answer") if row["direction"] == "ours"] == [True, True]


def test_who_speaks_about_us_and_where_we_are_never_heard_there_is_no_question():
    rows = [
        they("ann", 1, "a", addressed=False),
        they("bob", 1, "b", source="reviews"),
        they("eve", 1, "c"),
        we("eve", 2, "c"),
    ]
    found = table(world(rows, *TIES, as_of=9), "answer")
    ours = {
        row["person_id"]: (row["addressed"], row["recorded"], row["asks"])
        for row in found
        if row["direction"] == "ours"
    }
    assert ours == {"ann": (False, True, False), "bob": (True, False, False), "eve": (True, True, True)}


def whole(con: duckdb.DuckDBPyConnection, direction: str = "ours") -> dict[str, Any]:
    """Return the response of all quarters together."""
    (row,) = [row for row in table(con, "response") if (row["grain"], row["direction"]) == ("all", direction)]
    return row


def asked(seed: int, hours: list[float | None], days: list[float], brand: str = "b") -> list[dict[str, Any]]:
    """Return questions of one person each, asked on these days and answered after these hours, if at all."""
    rows = []
    for i, (wait, start) in enumerate(zip(hours, days, strict=True)):
        who = f"{brand}{seed}-{i}"
        rows.append(they(who, start, who, brand=brand))
        if wait is not None:
            rows.append(we(who, start + wait / 24, who, brand=brand))
    return rows


def test_of_questions_too_young_to_judge_neither_a_share_nor_bounds_of_one_are_told():
    found = whole(world(asked(0, [None, 3], [99, 99.5]), "answer", "response", as_of=100))
    assert (found["asked"], found["judged"]) == (2, 0)
    assert [found[name] for name in ("in_time_share", "low", "high", "unanswered_share")] == [None] * 4


def test_the_response_of_a_small_world_is_that_computed_by_hand():
    rows = asked(0, [1, 47, 49, None, 3, None], [1, 2, 3, 4, 99, 99.5])
    found = whole(world(rows, "answer", "response", as_of=100))
    low, high = proportion_confint(2, 4, alpha=0.1, method="wilson")
    assert found == {
        "brand": "b",
        "direction": "ours",
        "grain": "all",
        "period": None,
        "asked": 6,
        "judged": 4,  # the two of the last 48 hours are too young
        "in_time": 2,
        "in_time_share": 0.5,
        "low": pytest.approx(low, abs=1e-4),
        "high": pytest.approx(high, abs=1e-4),
        "unanswered_share": 0.25,
        "median_hours": 47,  # 1: 5/6, 3: 4/6; one has waited 12 hours and leaves the waiting; 47: 4/6 · 2/3
        "answered_median_hours": 25,
        "threads": 6,
        "closed_loops": 4,
    }


def test_quarters_are_those_of_asking():
    rows = asked(0, [1, None], [1, 1]) + asked(1, [2], [88])
    found = table(world(rows, "answer", "response", as_of=200), "response")
    quarters = {str(row["period"]): (row["asked"], row["in_time"]) for row in found if row["direction"] == "ours"}
    assert quarters == {"2025-01-01": (2, 1), "2025-04-01": (1, 1), "None": (3, 2)}


def test_where_fewer_than_half_are_answered_there_is_no_median():
    found = whole(world(asked(0, [1, 2, 3, None, None, None, None], [1] * 7), "answer", "response", as_of=50))
    assert (found["median_hours"], found["answered_median_hours"]) == (None, 2)
    assert found["unanswered_share"] == pytest.approx(4 / 7)


def test_the_median_is_that_of_statsmodels():
    chance = np.random.default_rng(11)
    rows, expected = [], {}
    for brand in [f"brand{i}" for i in range(40)]:
        many = int(chance.integers(5, 60))
        start = chance.uniform(0, 29.9, many)
        wait = (
            np.ceil(chance.exponential(chance.uniform(50, 1500), many) / 12) * 12
        )  # ties, and a third not answered yet
        seen = start + wait / 24 < 30
        rows += asked(0, [w if s else None for w, s in zip(wait, seen, strict=True)], list(start), brand)
        km = SurvfuncRight(np.where(seen, wait, (30 - start) * 24), seen.astype(int))
        below = km.surv_times[km.surv_prob < 0.5 - 1e-9]
        expected[brand] = pytest.approx(below[0], rel=1e-6) if len(below) else None
    found = table(world(rows, "answer", "response", as_of=30), "response")
    medians = {
        row["brand"]: row["median_hours"] for row in found if (row["grain"], row["direction"]) == ("all", "ours")
    }
    assert medians == expected
    assert 5 < sum(median is None for median in medians.values()) < 35


def test_open_questions_bend_the_answered_only_median_and_not_ours():
    chance = np.random.default_rng(12)
    many = 2000
    start = chance.uniform(0, 20, many)
    wait = np.where(chance.random(many) < 0.25, np.inf, chance.exponential(100, many))
    rows = asked(0, [w if s + w / 24 < 20 else None for w, s in zip(wait, start, strict=True)], list(start))
    found = whole(world(rows, "answer", "response", as_of=20))
    truth = -100 * np.log(1 - 0.5 / 0.75)
    assert found["median_hours"] == pytest.approx(truth, rel=0.08)
    assert found["answered_median_hours"] < 0.6 * truth


def test_questions_too_young_to_judge_do_not_lower_the_rate():
    old = asked(0, [5] * 30 + [None] * 10, [10] * 40)
    young = asked(1, [None] * 200, [39.5] * 200)
    before, after = (whole(world(rows, "answer", "response", as_of=40)) for rows in (old, old + young))
    assert after["asked"] == 240 and before["asked"] == 40
    assert before["in_time_share"] == after["in_time_share"] == 0.75
    assert (before["low"], before["high"]) == (after["low"], after["high"])


def tie(rows: list[dict[str, Any]], as_of: float, **more: Any) -> dict[str, dict[str, Any]]:
    """Return the tie of every person."""
    return {row["person_id"]: row for row in table(world(rows, *TIES, as_of=as_of, **more), "tie")}


@pytest.mark.parametrize(("age", "expected"), [(0, 0.63), (30, 0.39), (90, 0.12)])
def test_top_of_mind_fades(age: float, expected: float):
    found = tie([they("ann", 100 - age, kind="like")], as_of=100 + 1e-9 if age == 0 else 100)
    assert found["ann"]["top_of_mind"] == pytest.approx(1 - exp(-(2 ** (-age / 30))), abs=1e-6)
    assert round(found["ann"]["top_of_mind"], 2) == expected


def test_reciprocity_counts_what_is_old_for_less_and_forgives_one_lone_touch():
    rows = [
        they("lone", 90),
        *(they("gives", 90 - i / 100) for i in range(9)),
        we("taken", 0),
        we("taken", 90),
        we("taken", 90),
    ]
    rows += [they("even", 0), they("even", 90), we("even", 90)]
    found = tie(rows, as_of=90 + 1e-9)
    assert found["lone"]["reciprocity"] == pytest.approx(1 - (2 * 2 / 3 - 1), abs=1e-6)
    assert found["taken"]["share_theirs"] == pytest.approx(1 / (2.5 + 2), abs=1e-6)
    assert found["even"]["share_theirs"] == pytest.approx(2.5 / 4.5, abs=1e-6)
    assert {who: row["direction"] for who, row in found.items()} == {
        "lone": None,  # one side, once
        "even": None,  # three touches
        "gives": "they give more",
        "taken": None,
    }


def test_who_gives_more_is_told_from_four_touches_on_and_balanced_only_where_both_spoke():
    rows = [they("both", 89), we("both", 89), they("both", 90), we("both", 90)]
    rows += [they("long ago", day) for day in (0, 0, 0, 0)]
    rows += [*(they("gives", 90) for _ in range(4)), *(we("taken", 90) for _ in range(9)), they("taken", 90)]
    found = tie(rows, as_of=900)
    assert {who: row["direction"] for who, row in found.items()} == {"both": "balanced", "long ago": None} | {
        "gives": None,
        "taken": "balanced",  # all of it is long past
    }
    found = tie(rows, as_of=90 + 1e-9)
    assert {who: row["direction"] for who, row in found.items()} == {"both": "balanced", "long ago": None} | {
        "gives": "they give more",
        "taken": "we give more",
    }


def test_a_tie_says_who_starts_who_answers_and_how_long_it_lasts():
    rows = [
        they("ann", 0.5, "old"),
        we("ann", 0.6, "old"),
        they("ann", 40, "a", kind="mention"),
        we("ann", 40.5, "a"),
        they("ann", 41, "a", text="Thanks!"),
        we("ann", 60, "b"),
        they("ann", 65, "b"),
        we(None, 70, "c", kind="mention"),
        they("ann", 71, "c"),
        they("ann", 72, "d", kind="like", text=""),
        they("ann", 80, "e", kind="meeting", offline=True),
        we("ann", 81, "f", kind="note", offline=True),
        they("ann", 82, "h", kind="note", offline=True),
        they("ann", 99.5, "g"),
    ]
    found = tie(rows, as_of=100)["ann"]
    assert {
        name: found[name] for name in ("touches_in", "touches_out", "closed_loops", "private_touches", "depth")
    } == {
        "touches_in": 7,
        "touches_out": 2,
        "closed_loops": 2,  # a and b
        "private_touches": 1,
        "depth": 3,
    }
    assert (found["threads"], found["started_by_them"]) == (5, 3 / 5)  # a, e and g of a, b, c, e, g
    assert (found["our_asked"], found["our_rate"]) == (
        3,
        pytest.approx(1 / 3),
    )  # a; b and c not; g too young, thanks not asking
    assert (found["their_asked"], found["their_rate"]) == (2, 0.5)  # a in time, b five days later
    assert (found["tenure_days"], found["active_months"], found["silence_days"], found["days_in"]) == (99, 4, 0, 8)
    assert found["mean_gap_days"] == pytest.approx(99 / 7)


def test_strength_is_the_mean_of_six_places_and_equals_share_theirs():
    rows = [they("new", 99), they("twin", 99), they("old", 10), we("old", 11), we("cold", 98, "other")]
    found = tie(rows, as_of=100, warmth={"old": 0.2, "new": -0.4})
    place = {who: {name[5:]: row[name] for name in row if name.startswith("rank_")} for who, row in found.items()}
    assert place["old"] == {
        "intensity": 7 / 8,
        "recency": 1 / 8,
        "duration": 7 / 8,
        "reciprocity": 7 / 8,
        "depth": 7 / 8,
        "warmth": 3 / 4,
    }
    assert place["new"] | {"warmth": 0.5} == place["twin"]
    assert place["new"]["warmth"] == 1 / 4
    assert place["twin"]["depth"] == 3 / 8  # the middle of places 1 to 3 of 4
    assert place["cold"]["duration"] == 1 / 8
    for who, parts in place.items():
        assert found[who]["strength"] == pytest.approx(100 * np.mean(list(parts.values())))


def busy(seed: int, people: int = 150, days: int = 200) -> list[dict[str, Any]]:
    """Return a lively world of shared threads in both directions."""
    chance = np.random.default_rng(seed)
    rows = []
    for i in range(people * 8):
        who = f"p{chance.integers(people)}"
        when, thread = float(chance.uniform(0, days)), f"t{chance.integers(people * 2)}"
        if chance.random() < 0.4:
            rows.append(we(who if chance.random() < 0.9 else None, when, thread, touch_id=f"m{i}"))
        else:
            text = ("Thanks!", "Where is it?")[int(chance.integers(2))]
            rows.append(they(who, when, thread, text, touch_id=f"m{i}", kind=("reply", "like", "message")[i % 3]))
    return rows


def test_nothing_after_the_moment_is_known_and_the_order_of_the_rows_does_not_matter():
    rows = busy(3)
    early = [row for row in rows if row["happened_at"] < at(120)]
    cut, alone, shuffled = (
        world(given, *TIES, as_of=120, fewest_people=5) for given in (rows, early, [*reversed(early)])
    )
    everybody = {row["account_id"] for row in early}
    for name in TIES:
        known = [row for row in table(cut, name) if row.get("person_id") is None or row["person_id"] in everybody]
        assert known == table(alone, name) == table(shuffled, name)
    assert sum(row["p_alive"] is not None for row in table(cut, "tie")) > 50


@pytest.mark.parametrize("rows", [[], [they("ann", 1)], [we("ann", 1)], [we(None, 1)], [they("ann", 1), we("ann", 1)]])
def test_hardly_any_touch_gives_hardly_any_row_and_no_error(rows: list[dict[str, Any]]):
    con = world(rows or [they("ann", 1)], as_of=2)
    if not rows:
        con.execute("delete from derived.ledger")
    for name in TIES:
        build(con, name)
    found = table(con, "tie")
    assert [row["strength"] for row in found] == [50] * len({row["person_id"] for row in rows} - {None})
    assert all(row["p_alive"] is None and row["silence_score"] is None for row in found)


MODEL = Model(r=0.8, alpha=35.0, a=0.6, b=2.5)


def test_likelihood_and_chances_equal_the_integrals_that_they_stand_for():
    cases = [(0, 0.0, 50.0), (1, 10.0, 30.0), (4, 80.0, 81.0), (6, 90.0, 400.0)]
    who = Histories(*(np.array(column, dtype=float) for column in zip(*cases, strict=True)))
    rate, leave = gamma(MODEL.r, scale=1 / MODEL.alpha), beta(MODEL.a, MODEL.b)
    total = 0.0
    for i, (x, last, age) in enumerate(cases):

        def mean_rate(until: float, x: int = x) -> float:
            return quad(lambda lam: lam**x * np.exp(-lam * until) * rate.pdf(lam), 0, np.inf, epsabs=0)[0]

        here = mean_rate(age) * quad(lambda p, x=x: (1 - p) ** x * leave.pdf(p), 0, 1)[0]
        gone = mean_rate(last) * quad(lambda p, x=x: p * (1 - p) ** (x - 1) * leave.pdf(p), 0, 1)[0] if x else 0.0
        total += np.log(here + gone)
        assert MODEL.p_alive(who)[i] == pytest.approx(here / (here + gone), rel=1e-5)
        assert MODEL.silence(who)[i] == pytest.approx(mean_rate(age) / mean_rate(last), rel=1e-5)
    logs = np.log([MODEL.r, MODEL.alpha, MODEL.a, MODEL.b])
    many = np.ones(len(cases))
    assert -len(cases) * loss(logs, who, many)[0] == pytest.approx(total, rel=1e-6)
    assert check_grad(lambda at: loss(at, who, many)[0], lambda at: loss(at, who, many)[1], logs) < 1e-5


def customers(seed: int, people: int) -> tuple[list[list[float]], np.ndarray, float]:
    """Return (days on which each came, whether they still come at the end, the end) of the model's own world."""
    chance, end = np.random.default_rng(seed), 600.0
    visits, alive = [], np.ones(people, dtype=bool)
    for i in range(people):
        rate, leave = chance.gamma(MODEL.r, 1 / MODEL.alpha), chance.beta(MODEL.a, MODEL.b)
        days = [float(chance.uniform(0, 450))]
        while (following := days[-1] + chance.exponential(1 / rate)) < end:
            days.append(following)
            if chance.random() < leave:
                alive[i] = False
                break
        visits.append(days)
    return visits, alive, end


@pytest.fixture(scope="module")
def gone() -> dict[str, np.ndarray]:
    """Return what is said of the people of a seeded world who came again, and whether they still come."""
    visits, alive, end = customers(4, 5000)
    rows = [they(f"p{i}", day, f"p{i}-{j}") for i, days in enumerate(visits) for j, day in enumerate(days)]
    con = world(rows, "rhythm", as_of=end)
    found = con.sql("select * from derived.rhythm where p_alive is not null").fetchnumpy()
    still = np.array([alive[int(who[1:])] for who in found["person_id"]])
    return {name: np.asarray(found[name]) for name in ("p_alive", "silence_score", "silence_days")} | {"still": still}


def test_of_those_said_to_be_alive_with_some_chance_that_share_is(gone: dict[str, np.ndarray]):
    said, still = gone["p_alive"], gone["still"]
    bins = np.digitize(said, [0.2, 0.4, 0.6, 0.8])
    for each in range(5):
        inside = bins == each
        assert inside.sum() > 120
        assert said[inside].mean() == pytest.approx(still[inside].mean(), abs=0.05)


def auc(score: np.ndarray, truth: np.ndarray) -> float:
    """Return the chance that a true one scores above a false one."""
    return float(np.mean(score[truth][:, None] > score[~truth][None, :]))


def test_who_is_gone_is_told_better_by_p_alive_than_by_silence_alone(gone: dict[str, np.ndarray]):
    alive, silence, days = (
        auc(gone["p_alive"], gone["still"]),
        auc(gone["silence_score"], gone["still"]),
        auc(-gone["silence_days"], gone["still"]),
    )
    assert alive > 0.75
    assert alive > silence and alive > days
    assert silence > 0.7


def test_the_fit_finds_the_world_it_came_from():
    visits, _, end = customers(5, 8000)
    who = Histories(
        np.array([len(days) - 1.0 for days in visits]),
        np.array([days[-1] - days[0] for days in visits]),
        np.array([end - days[0] for days in visits]),
    )
    found = fit(who)
    assert (found.r, found.alpha) == pytest.approx((MODEL.r, MODEL.alpha), rel=0.12)
    assert found.a / (found.a + found.b) == pytest.approx(MODEL.a / (MODEL.a + MODEL.b), rel=0.12)


def test_one_day_people_have_no_chance_of_their_own_and_a_small_brand_has_none_at_all():
    chance = np.random.default_rng(6)
    again = [they(f"p{i}", float(day), f"p{i}-{day}") for i in range(20) for day in chance.choice(90, 4, replace=False)]
    once = [they("once", 3, "x"), they("once", 3.2, "y")]
    enough = {row["person_id"]: row for row in table(world(again + once, "rhythm", as_of=100), "rhythm")}
    assert enough["once"]["days_in"] == 1 and enough["once"]["p_alive"] is None
    assert 0 < enough["once"]["silence_score"] < 1 and 0 < enough["p0"]["p_alive"] < 1
    few = [row for row in again if row["person_id"] != "p0"] + once
    assert {row["p_alive"] for row in table(world(few, "rhythm", as_of=100), "rhythm")} == {None}
