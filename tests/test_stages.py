"""Stages: hand-made people for every rule, and random worlds for what must always hold."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from pipeline.metrics.build import build
from tests.worlds import ledger, table

AS_OF = datetime(2025, 12, 1)
ORDER = ["stranger", "dormant", "aware", "engaged", "reciprocal", "advocate"]
HISTORY = ("warmth_month", "stage_month", "stage", "transition", "transition_rate", "stage_flow")
LISTS = ("warmth_month", "stage_month", "stage", "work_list")
REPAIR = ("repair", "repair_rate")
FRUIT = pa.schema([("brand", pa.string()), ("person_id", pa.string()), ("happened_at", pa.timestamp("us"))])
ANSWER = pa.schema(
    [(name, pa.string()) for name in ("brand", "thread", "person_id", "direction")]
    + [(name, pa.timestamp("us")) for name in ("asked_at", "last_at", "answered_at")]
    + [("asks", pa.bool_())]
)
Rows = list[dict[str, Any]]


def ago(days: float) -> datetime:
    """Return the moment so many days before AS_OF."""
    return AS_OF - timedelta(days=float(days))


def touch(person: str, days: float, value: float | None = 0.0, **more: Any) -> dict[str, Any]:
    """Return an inbound touch so many days before AS_OF, in a thread of its own."""
    mine = {"person_id": person, "account_id": person, "happened_at": ago(days), "value": value, "doubtful": False}
    return mine | more


def ours(person: str, days: float, **more: Any) -> dict[str, Any]:
    """Return a touch of ours."""
    out = {"direction": "out", "kind": "reply", "unprompted": False, "counts": False, "label": None}
    return touch(person, days, None, **(out | more))


def loop(person: str, days: float, thread: str, value: float = 0.0, **more: Any) -> Rows:
    """Return a thread that they began and we answered an hour later."""
    return [touch(person, days, value, thread=thread, **more), ours(person, days - 1 / 24, thread=thread)]


def crowd() -> Rows:
    """Return people who differ from each other and from themselves, so that warmth can be told."""
    chance = np.random.default_rng(0)
    return [
        touch(f"crowd{i}", 20 + 9 * j, feeling + chance.normal(0, 0.3), public=False)
        for i, feeling in enumerate(chance.normal(0, 0.5, 60))
        for j in range(3)
    ]


def world(
    rows: Iterable[dict[str, Any]],
    *names: str,
    as_of: datetime = AS_OF,
    fruit: Rows | None = None,
    answers: Rows | None = None,
    roles: dict[str, str] | None = None,
    off: float = 0.0,
) -> duckdb.DuckDBPyConnection:
    """Return a database with these metrics over the touches; accounts are persons unless ``roles`` says otherwise.

    The model may put the level of each brand off by so much (sd).
    """
    con = ledger(rows, as_of)
    con.execute("insert into derived.debias select distinct brand, source, true, $1::double from derived.ledger", [off])
    role = {account: "person" for (account,) in con.execute("select account_id from derived.ledger").fetchall()}
    given = {
        "role": pa.table({"account_id": [*(role | (roles or {}))], "role": [*(role | (roles or {})).values()]}),
        "fruit": pa.Table.from_pylist(fruit or [], schema=FRUIT),
        "answer": pa.Table.from_pylist(answers or [], schema=ANSWER),
    }
    for name, found in given.items():
        con.register("found", found)
        con.execute(f"create table derived.{name} as select * from found")
    for name in names:
        build(con, name)
    return con


def now(con: duckdb.DuckDBPyConnection, person: str) -> dict[str, Any]:
    """Return the stage of a person with its evidence."""
    (found,) = [row for row in table(con, "stage") if row["person_id"] == person]
    return found


def path(con: duckdb.DuckDBPyConnection, person: str, column: str = "stage") -> list[str]:
    """Return a person's stages, month by month."""
    return paths(con, column)[person]


def paths(con: duckdb.DuckDBPyConnection, column: str = "stage") -> dict[str, list[str]]:
    """Return everybody's stages, month by month."""
    ask = f"select person_id, list({column} order by month) from derived.stage_month group by all"
    return dict(con.execute(ask).fetchall())


PRAISE = [touch("x", 20, 0.9), touch("x", 30, 0.9), touch("x", 100, 0.9), touch("x", 110, 0.9)]

# What a person did, and the stage that they must then have at AS_OF: the rule of each stage, and what just misses it.
PEOPLE: dict[str, tuple[Rows, str]] = {
    "we wrote and nobody answered": ([ours("x", 5), ours("x", 3)], "stranger"),
    "one word half a year ago": ([touch("x", 179)], "aware"),
    "one word longer ago": ([touch("x", 181)], "dormant"),
    "two days, then a long silence": ([touch("x", 100), touch("x", 91)], "dormant"),
    "two days, silent for less": ([touch("x", 100), touch("x", 89)], "aware"),
    "a slow rhythm is not silence": ([touch("x", 230), touch("x", 170), touch("x", 110)], "aware"),
    "silent beyond three own gaps": ([touch("x", 340), touch("x", 280), touch("x", 181)], "aware"),
    "and beyond that": ([touch("x", 310), touch("x", 270), touch("x", 230)], "dormant"),
    "a call stops dormancy": ([touch("x", 200), touch("x", 150), ours("x", 60, kind="call", offline=True)], "aware"),
    "a call too long ago does not": (
        [touch("x", 300), touch("x", 290), ours("x", 95, kind="call", offline=True)],
        "dormant",
    ),
    "a note is no touch": ([touch("x", 200), touch("x", 195), ours("x", 5, kind="note", offline=True)], "dormant"),
    "two days": ([touch("x", 50), touch("x", 20)], "engaged"),
    "twice on one day": ([touch("x", 20.2), touch("x", 20.1)], "aware"),
    "one closed loop": (loop("x", 20, "one"), "engaged"),
    "two closed loops": (loop("x", 20, "one") + loop("x", 30, "two"), "reciprocal"),
    "a loop of which half is too old": (
        [touch("x", 92, thread="a"), ours("x", 85, thread="a"), touch("x", 80)],
        "aware",
    ),
    "two loops, both begun by us": (
        [row | {"unprompted": False} for row in loop("x", 20, "one") + loop("x", 30, "two")],
        "engaged",
    ),
    "two loops, but they give far more": (
        loop("x", 20, "one") + loop("x", 30, "two") + [touch("x", day) for day in range(1, 13)],
        "engaged",
    ),
    "praise and a loop": (PRAISE + loop("x", 10, "one", 0.9, public=False), "advocate"),
    "praise without a loop": (PRAISE, "engaged"),
    "praise that answers us": (
        [row | {"unprompted": False} for row in PRAISE] + loop("x", 10, "one", 0.9, public=False),
        "engaged",
    ),
    "praise in private": (
        [row | {"public": False} for row in PRAISE] + loop("x", 10, "one", 0.9, public=False),
        "engaged",
    ),
    "praise of long ago": (
        [touch("x", 181, 0.9), touch("x", 182, 0.9), *loop("x", 10, "one", 0.9, public=False)],
        "engaged",
    ),
    "praise, but mostly angry": (
        PRAISE + loop("x", 10, "one", -0.9) + [touch("x", 40 + day, -0.9) for day in range(6)],
        "engaged",
    ),
    "an advocate who also is reciprocal": (
        PRAISE + [row for i in range(4) for row in loop("x", 10 + i, f"t{i}", 0.9)],
        "advocate",
    ),
}


@pytest.fixture(scope="module")
def people() -> duckdb.DuckDBPyConnection:
    """Return one world in which every case is a person."""
    rows = [
        row | {"person_id": case, "account_id": case} | ({"thread": case + row["thread"]} if "thread" in row else {})
        for case, (touches, _) in PEOPLE.items()
        for row in touches
    ]
    return world(crowd() + rows, *HISTORY)


@pytest.mark.parametrize("case", PEOPLE)
def test_the_first_rule_that_matches_names_the_stage(people: duckdb.DuckDBPyConnection, case: str):
    assert now(people, case)["stage_raw"] == PEOPLE[case][1]


def test_the_evidence_stands_beside_the_stage():
    rows = [*loop("x", 80, "one"), *loop("x", 30, "two"), ours("x", 25), touch("x", 20, 0.6)]
    con = world(crowd() + rows, *HISTORY, fruit=[{"brand": "b", "person_id": "x", "happened_at": ago(200)}])
    found = now(con, "x")
    theirs = sum(2 ** (-days / 90) for days in (80, 30, 20))
    we = sum(2 ** (-days / 90) for days in (80 - 1 / 24, 30 - 1 / 24, 25))
    share = (theirs + 1) / (theirs + we + 2)
    counts = {name: found[name] for name in ("inbound", "days_in", "loops", "started", "ours", "praise", "mentions")}
    assert counts == {"inbound": 3, "days_in": 3, "loops": 2, "started": 3, "ours": 3, "praise": 1, "mentions": 3}
    assert found["share_theirs"] == pytest.approx(share)
    assert found["reciprocity"] == pytest.approx(1 - abs(2 * share - 1))
    assert (found["silence_days"], found["mean_gap_days"]) == pytest.approx((20, 30))
    assert (found["offline_days"], found["offline_within"], found["fruit"]) == (None, False, True)
    assert (found["stage"], found["since"]) == ("reciprocal", date(2025, 11, 1))


def test_warmth_at_a_month_end_is_the_feeling_of_its_twelve_months():
    rows = [*crowd(), touch("x", 367, -1.0), touch("x", 363, 0.5), touch("x", 10, 0.7)]
    con = world(rows, "warmth_month")
    build_on = world([row for row in rows if row["happened_at"] >= datetime(2024, 12, 1)], "spread", "feeling")
    found = con.execute(
        "select person_id, mentions, warmth, sd from derived.warmth_month where month = '2025-11-01' order by 1"
    ).fetchall()
    expected = build_on.execute("select person_id, mentions, feeling, sd from derived.feeling order by 1").fetchall()
    assert len(found) == 61
    assert [row[:2] for row in found] == [row[:2] for row in expected]
    assert np.allclose([row[2:] for row in found], [row[2:] for row in expected])


def test_where_people_hardly_differ_nobody_is_called_strained():
    chance = np.random.default_rng(5)
    rows = [
        touch(f"p{i % 60}", 1 + i % 300, float(chance.normal(-0.2, 0.75)), brand=f"b{n}")
        for n in range(40)
        for i in range(240)
    ]
    found = table(world(rows, *HISTORY[:3]), "stage")
    assert len(found) == 40 * 60
    strained = {row["brand"] for row in found if row["strained"]}
    assert len(strained) / 40 <= 0.15  # one world in twenty, by the normal theory, at one month end


def test_an_angry_regular_is_engaged_and_strained():
    rows = [touch("x", 10 + 5 * i, -0.9) for i in range(6)]
    found = now(world(crowd() + rows, *HISTORY), "x")
    assert (found["stage"], found["strained"], found["warm"]) == ("engaged", True, False)
    assert found["warmth_low"] < found["warmth"] < found["warmth_high"] < 0


def test_where_the_model_may_put_everybody_off_only_who_is_surely_below_zero_is_strained():
    low = [row | {"value": row["value"] - 0.35} for row in crowd()]
    rows = [*low, *(touch("x", 10 + 5 * i, -1.0) for i in range(12))]
    few = {row["person_id"] for row in table(world(rows, *HISTORY[:3], off=0.25), "stage") if row["strained"]}
    many = {row["person_id"] for row in table(world(rows, *HISTORY[:3]), "stage") if row["strained"]}
    assert "x" in few < many and len(many) > 1.3 * len(few)


def test_one_angry_word_does_not_strain():
    assert not now(world([*crowd(), touch("x", 10, -5.0)], *HISTORY), "x")["strained"]


def test_fruit_is_a_flag_for_a_year():
    rows = [touch("x", 800), touch("y", 5)]
    born = [{"brand": "b", "person_id": "x", "happened_at": datetime(2024, 3, 10)}]
    con = world(rows, *HISTORY, fruit=born)
    months = con.execute("select month from derived.stage_month where fruit order by all").fetchall()
    assert (months[0], months[-1], len(months)) == ((date(2024, 3, 1),), (date(2025, 2, 1),), 12)
    for day, flag in ((21, True), (19, False)):
        born = [{"brand": "b", "person_id": "x", "happened_at": datetime(2024, 11, day)}]
        assert now(world(rows, *HISTORY, fruit=born, as_of=datetime(2025, 11, 20)), "x")["fruit"] == flag


# Raw and shown stages, month by month, of somebody who wrote often until August and then not, with a short return.
def test_a_stage_falls_after_two_month_ends_and_rises_at_once():
    busy = [touch("x", (AS_OF - datetime(2025, month, day)).days) for month in (5, 6, 7) for day in (5, 15, 25)]
    con = world(busy, *HISTORY)
    assert (
        path(con, "x", "stage_raw") == ["engaged"] * 5 + ["dormant"] * 2
    )  # the last word 25 July, silent 98 d on 31 October
    assert path(con, "x") == ["engaged"] * 6 + ["dormant"]
    assert now(con, "x")["since"] == date(2025, 11, 1)
    again = world([*busy, touch("x", 3), touch("x", 1)], *HISTORY)
    assert path(again, "x", "stage_raw")[-2:] == ["dormant", "engaged"]
    assert path(again, "x") == ["engaged"] * 7  # one month end below is no fall
    assert now(again, "x")["since"] == date(2025, 5, 1)


def test_the_running_month_can_raise_a_stage_and_not_end_it():
    busy = [touch("x", (AS_OF - datetime(2025, month, day)).days) for month in (5, 6, 7) for day in (5, 15, 25)]
    con = world(busy, *HISTORY, as_of=datetime(2025, 11, 20))
    assert path(con, "x", "stage_raw")[-2:] == ["dormant", "dormant"]
    assert path(con, "x")[-2:] == ["engaged", "engaged"]
    assert path(con, "x", "complete")[-2:] == [True, False]
    risen = world(
        [*busy, touch("y", 100), *loop("y", 14, "a"), *loop("y", 13, "b")], *HISTORY, as_of=datetime(2025, 11, 20)
    )
    assert path(risen, "y")[-2:] == ["aware", "reciprocal"]


def lively(seed: int, people: int = 150) -> Rows:
    """Return touches of people who come, talk, fall silent and return, over two years, in both directions."""
    chance = np.random.default_rng(seed)
    rows: Rows = []
    for i in range(people):
        person, feeling, day = f"p{i}", chance.normal(0.2, 0.5), float(chance.uniform(5, 730))
        pace, chatty = float(chance.choice([4, 15, 45])), chance.uniform()
        for j in range(int(chance.geometric(0.08))):
            thread = f"{person}:{j // 2}"
            value = float(chance.normal(feeling, 0.4))
            label = "negative" if value < -0.3 else "positive" if value > 0.4 else "neutral"
            rows.append(
                touch(
                    person, day, value, thread=thread, label=label, unprompted=j % 2 == 0, public=chance.uniform() < 0.8
                )
            )
            if chance.uniform() < chatty and day > 1:
                rows.append(ours(person, day - float(chance.uniform(0, 1)), thread=thread))
            if chance.uniform() < 0.03:
                rows.append(ours(person, max(day - 2, 0.1), kind="meeting", offline=True, thread=f"{person}:met{j}"))
            day -= float(chance.exponential(pace))
            if day < 0.1:
                break
    for i in range(people // 10):
        rows += [ours(f"cold{i}", float(day)) for day in chance.uniform(1, 700, 4)]
    return rows


BORN = [{"brand": "b", "person_id": f"p{i}", "happened_at": ago(70 * i % 700 + 1)} for i in range(0, 150, 7)]


def rounded(rows: Rows) -> Rows:
    """Return rows with their floats at nine digits: sums may run in another order."""
    return [{k: round(v, 9) if isinstance(v, float) else v for k, v in row.items()} for row in rows]


def test_history_computed_at_each_past_month_end_is_the_history_of_today():
    rows = lively(1)
    whole = rounded(table(world(rows, "warmth_month", "stage_month", fruit=BORN), "stage_month"))
    months = sorted({row["month"] for row in whole})
    assert {row["stage"] for row in whole} == set(ORDER)
    for month in [*months[2::5], months[-1]]:
        end = datetime(month.year + month.month // 12, month.month % 12 + 1, 1)
        known = [fruit for fruit in BORN if fruit["happened_at"] < end]
        then = rounded(table(world(rows, "warmth_month", "stage_month", as_of=end, fruit=known), "stage_month"))
        assert then == [row for row in whole if row["month"] <= month]


def test_what_happens_later_in_the_month_is_not_known_in_its_middle():
    rows, middle = lively(2, 60), datetime(2025, 6, 17, 13)
    then = world(rows, "warmth_month", "stage_month", as_of=middle)
    cut = world([row for row in rows if row["happened_at"] < middle], "warmth_month", "stage_month", as_of=middle)
    assert rounded(table(then, "stage_month")) == rounded(table(cut, "stage_month"))


def test_everybody_has_exactly_one_stage_at_every_month_end_since_the_first_touch():
    con = world(lively(3), *HISTORY)
    ((wrong,),) = con.execute(
        """
        with p as (select person_id, min(happened_at) as first from derived.ledger group by all),
        m as (select person_id, count(*) as n, count(distinct month) as months, min(month) as first, max(month) as last
              from derived.stage_month where list_contains(?, stage) and list_contains(?, stage_raw) group by all)
        select count(*) from p full join m using (person_id)
        where n is distinct from months or m.first is distinct from date_trunc('month', p.first)
            or m.last is distinct from date '2025-11-01'
            or n is distinct from date_diff('month', p.first, timestamp '2025-11-30') + 1
        """,
        [ORDER, ORDER],
    ).fetchall()
    assert wrong == 0
    assert len(table(con, "stage")) == len({row["person_id"] for row in lively(3)})


def by_hand(rows: Rows, person: str, until: datetime) -> str:
    """Return the stage but for advocates, read off the touches one by one."""
    mine = [row for row in rows if row["person_id"] == person and row["happened_at"] < until]

    def age(row: dict[str, Any]) -> float:
        return (until - row["happened_at"]) / timedelta(days=1)

    heard = sorted((row for row in mine if row.get("direction") != "out"), key=age)
    if not heard:
        return "stranger"
    days = {row["happened_at"].date() for row in heard}
    gap = (age(heard[-1]) - age(heard[0])) / (len(days) - 1) if len(days) > 1 else 0
    patience = max(90, 3 * gap) if len(heard) > 1 else 180
    if min(age(row) for row in mine if row in heard or row.get("offline")) > patience:
        return "dormant"
    near = [row for row in mine if age(row) <= 90]
    said = [row for row in near if row.get("direction") != "out"]
    spoke = [row for row in near if row.get("direction") == "out"]
    loops = {row["thread"] for row in said} & {row["thread"] for row in spoke}
    theirs, we = (
        sum(2 ** (-age(row) / 90) for row in mine if (row.get("direction") == "out") is out) for out in (False, True)
    )
    balance = 1 - abs(2 * (theirs + 1) / (theirs + we + 2) - 1)
    if len(loops) >= 2 and any(row["unprompted"] for row in said) and spoke and balance >= 0.5:
        return "reciprocal"
    return "engaged" if len({row["happened_at"].date() for row in said}) >= 2 or loops else "aware"


def test_stages_of_a_random_world_equal_those_read_off_touch_by_touch():
    rows = [row | {"value": 0.0} if row["value"] is not None else row for row in lively(4, 40)]
    rows = [{"thread": f"alone{i}"} | row for i, row in enumerate(rows)]
    found = table(world(rows, "warmth_month", "stage_month"), "stage_month")
    for row in found:
        end = datetime(row["month"].year + row["month"].month // 12, row["month"].month % 12 + 1, 1)
        assert row["stage_raw"] == by_hand(rows, row["person_id"], end)
    assert {row["stage_raw"] for row in found} == set(ORDER) - {"advocate"}


def flicker(stages: list[str]) -> int:
    """Return how often a stage was left for one month only."""
    return sum(a == c != b for a, b, c in zip(stages, stages[1:], stages[2:], strict=False))


def test_waiting_two_month_ends_halves_the_flicker():
    con = world(lively(5, 400), *HISTORY)
    raw, shown = (sum(map(flicker, paths(con, column).values())) for column in ("stage_raw", "stage"))
    assert raw > 50
    assert shown < raw / 2


def test_a_stage_is_the_higher_of_the_last_two_month_ends():
    con = world(lively(6), *HISTORY)
    shown = paths(con)
    for person, stages in paths(con, "stage_raw").items():
        raw = [ORDER.index(stage) for stage in stages]
        assert [ORDER.index(stage) for stage in shown[person]] == list(map(max, raw, raw[:1] + raw))


def test_a_transition_goes_from_the_stage_shown_a_month_before():
    con = world(lively(7), *HISTORY, as_of=datetime(2025, 11, 20))
    shown, before = paths(con), paths(con, "stage_before")
    assert all(before[person] == [None, *stages[:-1]] for person, stages in shown.items())


def test_transitions_and_flows_add_up_to_the_people():
    con = world(lively(7), *HISTORY, as_of=datetime(2025, 11, 20))
    people = dict(con.execute("select month, count(*) from derived.stage_month group by all").fetchall())
    moved = dict(con.execute("select month, sum(people) from derived.transition group by all").fetchall())
    for row in table(con, "stage_flow"):
        assert row["moved_up"] + row["held"] + row["moved_down"] + row["new"] == row["people"] == people[row["month"]]
        assert row["people"] - row["new"] == moved.get(row["month"], 0)
        steps = [
            (ORDER.index(each["to_stage"]) - ORDER.index(each["from_stage"])) * each["people"]
            for each in table(con, "transition")
            if each["month"] == row["month"]
        ]
        assert row["gravity"] == (pytest.approx(sum(steps) / moved[row["month"]]) if steps else None)
        if not row["complete"]:
            assert (row["month"], row["moved_down"]) == (date(2025, 11, 1), 0)


def test_rates_are_shares_of_twelve_whole_months_with_half_a_person_in_each_cell():
    con = world(lively(8), *HISTORY, as_of=datetime(2025, 11, 20))
    found = table(con, "transition_rate")
    assert len(found) == 36
    counted = con.execute(
        "select from_stage, to_stage, sum(people) from derived.transition"
        " where month between '2024-11-01' and '2025-10-01' group by all"
    ).fetchall()
    people = {(a, b): n for a, b, n in counted}
    for row in found:
        of = sum(people.get((row["from_stage"], stage), 0) for stage in ORDER)
        assert (row["people"], row["of_people"]) == (people.get((row["from_stage"], row["to_stage"]), 0), of)
        assert row["p"] == pytest.approx((row["people"] + 0.5) / (of + 3))
    for stage in ORDER:
        assert sum(row["p"] for row in found if row["from_stage"] == stage) == pytest.approx(1)


def test_where_nobody_stood_no_rate_is_told():
    found = table(world([touch("x", 70), touch("x", 40)], *HISTORY), "transition_rate")
    assert {row["from_stage"] for row in found if row["p"] is not None} <= {"aware", "engaged"}


def test_touches_that_came_twice_in_one_moment_and_one_person_alone_are_no_trouble():
    rows = [touch("x", 5, 0.4)] * 3
    con = world(rows, *HISTORY, "work_list", *REPAIR)
    (found,) = table(con, "stage")
    assert (found["stage"], found["inbound"], found["warmth"], found["strained"]) == ("aware", 3, None, False)
    assert (table(con, "work_list"), table(con, "repair"), table(con, "repair_rate")) == ([], [], [])


def test_without_any_touch_every_table_is_empty():
    con = world([touch("x", 5)])
    con.execute("delete from derived.ledger")
    for name in (*HISTORY, "work_list", *REPAIR):
        build(con, name)
        assert table(con, name) == []


def test_brands_know_nothing_of_each_other():
    rows = lively(10, 60)
    other = [row | {"brand": "c"} for row in lively(11, 60)]
    alone = rounded(table(world(rows, *HISTORY), "stage"))
    together = rounded(table(world(rows + other, *HISTORY), "stage"))
    assert alone == [row for row in together if row["brand"] == "b"]
