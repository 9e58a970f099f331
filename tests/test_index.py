"""The brand's index, its trend and its turning points, checked against worlds whose truth is known."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import duckdb
import numpy as np
import pytest
import ruptures
from scipy.stats import norm
from scipy.stats import t as student_t

from pipeline.metrics import trend, turning
from pipeline.metrics.build import build
from tests.worlds import START, derived, keep, ledger_of, student, table

WEEKS = 104


def at(weeks: np.ndarray) -> list[datetime]:
    return [START + timedelta(weeks=int(week)) for week in weeks]


def heard(seed: int, weeks: int, people: int, step: float = 0, jump: dict[int, float] | None = None) -> dict:
    """Return a mention from each of other people every week, of a level that makes random steps and some jumps."""
    chance = np.random.default_rng(seed)
    level = 0.1 + np.cumsum(chance.normal(0, step, weeks)) if step else np.full(weeks, 0.1)
    for week, size in (jump or {}).items():
        level[week] += size
    week = np.repeat(np.arange(weeks), people)
    names = [f"p{i}" for i in range(len(week))]
    return {"person_id": names, "value": level[week] + chance.normal(0, 0.5, len(week)), "happened_at": at(week)}


def with_trend(columns: dict, **settings) -> duckdb.DuckDBPyConnection:
    con = ledger_of(columns, **settings)
    for name in ("brand_index", "trend", "turning"):
        build(con, name)
    return con


def test_the_clustered_band_covers_for_one_person_one_voice_and_tempered():
    chance = np.random.default_rng(5)
    weeks, people = 400, 250
    posts = np.minimum(60, chance.pareto(1.2, weeks * people) + 1).astype(int)
    feeling = np.repeat(chance.normal(0.05, 0.35, weeks * people), posts)
    week = np.repeat(np.repeat(np.arange(weeks), people), posts)
    names = np.repeat(np.arange(weeks * people), posts).astype(str)
    said = {"person_id": names, "value": chance.normal(feeling, 0.4), "happened_at": START + week * timedelta(weeks=1)}
    con = ledger_of(said)
    build(con, "brand_index")
    found = con.execute(
        "select weighting, avg((.05 between low and high)::int) from derived.brand_index where grain='week' group by 1"
    ).fetchall()
    covered = dict(found)
    assert 0.86 <= covered["person"] <= 0.94
    assert 0.86 <= covered["tempered"] <= 0.94


@pytest.mark.parametrize("people", [3, 5, 8])
def test_the_band_of_few_people_covers_as_often_as_it_says(people: int):
    chance = np.random.default_rng(people)
    week = np.repeat(np.arange(2000), people)
    when = START + week * timedelta(weeks=1)
    con = ledger_of(
        {
            "person_id": np.arange(len(week)).astype(str),
            "value": chance.normal(0.1, 0.1, len(week)),
            "happened_at": when,
        }
    )
    build(con, "brand_index")
    ((covered,),) = con.execute(
        "select avg((.1 between low and high)::int) from derived.brand_index"
        " where grain = 'week' and weighting = 'person'"
    ).fetchall()
    assert 0.88 <= covered <= 0.92


@pytest.mark.parametrize("people", [2, 3, 4, 5, 10, 100])
def test_so_much_wider_is_the_band_of_few_people(people: int):
    exact = student_t.ppf(0.95, people - 1) / norm.ppf(0.95)
    assert student(people) == pytest.approx(exact, rel={2: 0.05, 3: 0.003, 4: 0.0005, 5: 0.0002}.get(people, 0.0001))


def test_the_bands_of_few_loud_people_count_them_for_fewer():
    chance = np.random.default_rng(8)
    weeks, people = 1500, 8
    posts = np.minimum(60, chance.pareto(1.2, weeks * people) + 1).astype(int)
    who = np.repeat(np.arange(weeks * people), posts)
    value = chance.normal(chance.normal(0.05, 0.35, weeks * people)[who], 0.4)
    con = ledger_of(
        {"person_id": who.astype(str), "value": value, "happened_at": START + who // people * timedelta(weeks=1)}
    )
    build(con, "brand_index")
    ask = (
        "select weighting, avg((.05 between low and high)::int) from derived.brand_index where grain='week' group by 1"
    )
    covered = dict(con.execute(ask).fetchall())
    assert all(0.86 <= share <= 0.94 for share in covered.values()), covered


@pytest.mark.parametrize(("people", "loud"), [(8, 1), (20, 1), (20, 2), (100, 2)])
def test_the_band_covers_where_one_or_two_write_nearly_everything(people: int, loud: int):
    chance = np.random.default_rng([people, loud])
    months = 6000 // people
    posts = np.tile(np.where(np.arange(people) < loud, 60, 1), months)
    who = np.repeat(np.arange(months * people), posts)
    value = chance.normal(chance.normal(0.05, 0.25, months * people)[who], 0.3)
    when = START + who // people * timedelta(weeks=1)
    con = ledger_of({"person_id": who.astype(str), "value": value, "happened_at": when})
    build(con, "brand_index")
    ask = "select avg((.05 between low and high)::int) from derived.brand_index where grain='week' and weighting='post'"
    assert con.execute(ask).fetchall()[0][0] > 0.84


def test_the_tempered_index_weighs_a_person_by_the_root_of_how_often_they_spoke():
    rows = [{"person_id": "a", "value": 0.4, "happened_at": START}] * 4 + [
        {"person_id": "b", "value": -0.2, "happened_at": START}
    ]
    con = derived(rows, "brand_index")
    found = dict(con.execute("select weighting, estimate from derived.brand_index where grain = 'week'").fetchall())
    assert found == pytest.approx({"person": 0.1, "tempered": (2 * 0.4 - 0.2) / 3, "post": (4 * 0.4 - 0.2) / 5})


def test_the_error_of_the_model_widens_the_band_of_the_level_only():
    people = [("x", -0.1), ("x", 0.3), ("x", 0.1), ("y", 0.2)]
    rows = [{"person_id": f"p{i}", "source": s, "value": v, "happened_at": START} for i, (s, v) in enumerate(people)]
    con = derived(rows)
    errors = [("x", True, 0.08), ("y", False, None)]  # of y nobody knows it
    keep(con, "debias", [{"brand": "b", "source": s, "corrected": c, "sd": sd} for s, c, sd in errors])
    build(con, "brand_index")
    row = next(r for r in table(con, "brand_index") if r["grain"] == "week" and r["weighting"] == "person")
    assert row["sd_model"] == pytest.approx(0.75 * 0.08)
    assert row["high"] - row["estimate"] == pytest.approx(1.645 * row["se"])
    assert row["high_level"] - row["estimate"] == pytest.approx(1.645 * np.hypot(row["se"], 0.06))
    assert row["estimate"] - row["low_level"] == pytest.approx(1.645 * np.hypot(row["se"], 0.06))


def test_where_nobody_knows_how_far_a_level_is_off_the_model_adds_no_band():
    con = derived(
        [{"person_id": p, "value": v, "happened_at": START} for p, v in (("a", 0.1), ("b", 0.3))], "brand_index"
    )
    for row in table(con, "brand_index"):
        assert row["sd_model"] is None and row["low_level"] == row["low"] and row["high_level"] == row["high"]


# --- the same mix ---


def drifting(months: int = 24, people: int = 300, seed: int = 3) -> dict:
    """Return mentions where everybody's mood stays, but the unhappy source is heard more and more."""
    chance = np.random.default_rng(seed)
    month = np.repeat(np.arange(months), people)
    unhappy = chance.uniform(size=len(month)) < 0.2 + 0.5 * month / months
    start = [datetime(2024 + m // 12, m % 12 + 1, 10) for m in month]
    value = np.where(unhappy, -0.2, 0.3) + chance.normal(0, 0.4, len(month))
    source = np.where(unhappy, "y", "x")
    names = [f"p{i}" for i in range(len(month))]
    return {"person_id": names, "source": source, "value": value, "happened_at": start}


def with_same_mix(columns: dict, stages: list[dict] | None = None, **settings) -> duckdb.DuckDBPyConnection:
    con = ledger_of(columns, **settings)
    con.execute("create table derived.stage_month (brand text, person_id text, month date, stage text)")
    if stages:
        keep(con, "stage_month", stages)
    build(con, "same_mix")
    return con


def test_with_a_constant_truth_the_same_mix_stays_where_the_index_as_heard_slides():
    rows = table(with_same_mix(drifting()), "same_mix")
    as_heard, same = (np.array([row[name] for row in rows[12:]]) for name in ("as_heard", "estimate"))
    months = np.arange(12)
    slide = {name: 12 * np.polyfit(months, y, 1)[0] for name, y in (("raw", as_heard), ("same", same))}
    assert slide["raw"] < -0.09
    assert abs(slide["same"]) < 0.04
    assert np.mean([row["se"] for row in rows[12:]]) < 1.25 * np.mean([row["se_as_heard"] for row in rows[12:]])


def test_the_same_mix_equals_the_formula_computed_by_hand():
    stages = [{"brand": "b", "person_id": f"p{i}", "month": date(2024, 1, 1), "stage": "engaged"} for i in range(60)]
    january = {f"p{i}": 0.0 for i in range(60)}
    february = {f"p{i}": 0.01 * i for i in range(40)} | {f"q{i}": -0.01 * i for i in range(60)}
    march = {f"q{i}": 0.02 * i for i in range(90)} | {f"p{i}": 0.5 for i in range(5)}
    april = {f"r{i}": 0.5 * (i % 2) for i in range(50)}
    stages += [s | {"month": date(2024, 2, 1)} for s in stages]
    said = [
        (datetime(2024, m + 1, 5), who, v)
        for m, p in enumerate((january, february, march, april))
        for who, v in p.items()
    ]
    when, who, value = zip(*said, strict=True)
    con = with_same_mix({"person_id": who, "value": value, "happened_at": when}, stages)
    first, second, third, fourth = table(con, "same_mix")
    assert first["estimate"] is None and first["as_heard"] == 0  # nobody can have had a stage before it
    engaged, new = (np.array([v for p, v in february.items() if p[0] == group]) for group in "pq")
    assert second["estimate"] == pytest.approx(0.4 * engaged.mean() + 0.6 * new.mean())
    parts = ((0.4 * student(40)) ** 2 * engaged.var(ddof=1) / 40, (0.6 * student(60)) ** 2 * new.var(ddof=1) / 60)
    assert second["se"] == pytest.approx(np.sqrt(sum(parts)))
    share = (0.4 + 5 / 95) / 2
    assert (third["people"], third["strata"], third["told"]) == (95, 2, pytest.approx(1))
    assert third["estimate"] == pytest.approx(share * 0.5 + (1 - share) * 0.02 * 44.5)
    assert fourth["told"] == pytest.approx(1 - (0.4 + 5 / 95 + 0) / 3)  # nobody engaged was heard
    assert fourth["estimate"] == pytest.approx(0.25)


def test_small_strata_are_one():
    sizes = {"x": 30, "y": 10, "z": 10}
    said = [(month, source, i) for month in (1, 2, 3) for source, many in sizes.items() for i in range(many)]
    columns = {
        "person_id": [f"{m}{s}{i}" for m, s, i in said],
        "source": [s for _, s, _ in said],
        "value": [{"x": 0.1, "y": 0.4, "z": -0.2}[s] + 0.01 * i for _, s, i in said],
        "happened_at": [datetime(2024, m, 5) for m, _, _ in said],
    }
    last = table(with_same_mix(columns), "same_mix")[-1]
    assert (last["strata"], last["people"], last["told"]) == (2, 50, pytest.approx(1))
    assert last["estimate"] == pytest.approx(last["as_heard"])  # the mix is the target


def test_the_same_mix_does_not_look_ahead():
    whole = drifting(people=60)
    early = with_same_mix(whole, as_of=datetime(2024, 8, 1))
    for sooner, later in zip(table(early, "same_mix"), table(with_same_mix(whole), "same_mix")[:7], strict=True):
        assert sooner == pytest.approx(later)


# --- the trend ---


def series(
    chance: np.random.Generator, step: float, weeks: int = 156, people: int = 100
) -> tuple[np.ndarray, list[dict]]:
    """Return (true level, rows as trend.sql finds them): each week other people of standard deviation .5."""
    level = 0.1 + np.cumsum(chance.normal(0, step, weeks)) if step else np.full(weeks, 0.1)
    many = chance.poisson(people, weeks).clip(2)
    y = level + chance.normal(0, 0.5 / np.sqrt(many))
    se = 0.5 * np.sqrt(chance.chisquare(many - 1) / (many - 1) / many)
    return level, found(y, se, many)


def found(y, se, many) -> list[dict]:
    return [
        {
            "brand": "b",
            "grain": "week",
            "period": date(2023, 1, 2) + timedelta(weeks=i),
            "week": date(2023, 1, 2) + timedelta(weeks=i),
            "estimate": float(y[i]),
            "se": float(se[i]),
            "people": int(many[i]),
            "mentions": int(many[i]),
            "whole": True,
            "loudest": [],
            "their_means": [],
            "persons": [i],
        }
        for i in range(len(y))
    ]


def watched(rows: list[dict], brands: int = 1) -> list[dict]:
    return trend.watch(rows, "week", np.full(len(rows), brands))


@pytest.mark.parametrize("step", [0.015, 0.03, 0.06])
def test_the_filter_is_nearer_the_truth_than_the_raw_series_and_finds_how_fast_the_level_moves(step: float):
    chance = np.random.default_rng(1)
    errors, steps = [], []
    for _ in range(25):
        level, rows = series(chance, step)
        smoothed = watched(rows)
        y = np.array([row["estimate"] for row in rows])
        four = np.convolve(y, np.ones(4) / 4)[: len(y)]
        filtered = np.array([row["level"] for row in smoothed])
        errors.append([np.mean((guess - level)[26:] ** 2) for guess in (y, four, filtered)])
        steps.append(smoothed[-1]["step"])
    raw, four, filtered = np.sqrt(np.mean(errors, 0))
    assert filtered < 0.9 * raw and filtered < 0.97 * four
    assert np.median(steps) == pytest.approx(step, rel=0.3)


def test_the_filter_equals_the_recursion_written_out():
    y, error, steps = np.array([0.1, 0.3, -0.2]), np.array([0.01, 0.02, np.nan]), np.array([0.05])
    path = trend.follow(np.array([0, 2, 3]), y, error, steps)
    p = 0.01 + 2 * 0.05**2  # a week was missing
    gain = p / (p + 0.02)
    assert path.level[:, 0] == pytest.approx([0.1, 0.1 + gain * 0.2, 0.1 + gain * 0.2])
    assert path.variance[:, 0] == pytest.approx([0.01, (1 - gain) * p, (1 - gain) * p + 0.05**2])
    assert path.cost[2, 0] - path.cost[1, 0] == pytest.approx(np.log(p + 0.02) + 0.2**2 / (p + 0.02))


def test_the_band_of_the_level_covers():
    chance = np.random.default_rng(2)
    covered = []
    for _ in range(30):
        level, rows = series(chance, 0.03)
        covered += [row["low"] <= true <= row["high"] for true, row in zip(level[52:], watched(rows)[52:], strict=True)]
    assert 0.86 <= np.mean(covered) <= 0.94


@pytest.mark.parametrize(("brands", "most"), [(1, 4.0), (10, 0.4)])
def test_where_nothing_happens_alarms_keep_the_budget(brands: int, most: float):
    chance = np.random.default_rng(3)
    worlds = [watched(series(chance, 0)[1], brands)[26:] for _ in range(60)]
    years = 60 * 130 / 52
    alarms = sum(row["shock"] + row["drift"] for world in worlds for row in world) / years
    assert alarms <= most * 52 / 64  # the months have their share of the budget, too
    assert alarms > most / 8  # nor is it sleeping


def test_a_week_of_thirty_points_less_is_a_shock_at_once():
    found = table(with_trend(heard(4, WEEKS, 60, jump={80: -0.3})), "trend")
    weeks = [row for row in found if row["grain"] == "week"]
    assert weeks[80]["shock"] and weeks[80]["z"] < -3 and weeks[80]["survives"] and weeks[80]["one_person"] is None


def test_a_slow_fall_is_a_drift_told_once_a_quarter():
    chance = np.random.default_rng(5)
    level, many = 0.1 - 0.012 * np.maximum(0, np.arange(WEEKS) - 60), np.full(WEEKS, 100)
    rows = found(level + chance.normal(0, 0.05, WEEKS), np.full(WEEKS, 0.05), many)
    drifts = [t for t, row in enumerate(watched(rows)) if row["drift"]]
    assert drifts and 62 <= drifts[0] <= 80
    assert all(later - sooner >= 13 for sooner, later in pairwise(drifts))
    assert watched(rows)[drifts[0]]["change"] < 0


def test_an_alert_that_hangs_on_one_person_says_so():
    chance = np.random.default_rng(6)
    weeks = np.repeat(np.arange(60), 5)
    value = 0.1 + chance.normal(0, 0.1, len(weeks))
    names = np.array([f"p{i}" for i in range(len(weeks))], dtype=object)
    value[50 * 5], names[50 * 5] = -1.6, "angry"
    alerts = [
        row
        for row in table(with_trend({"person_id": names, "value": value, "happened_at": at(weeks)}), "trend")
        if row["shock"]
    ]
    hit = next(row for row in alerts if row["grain"] == "week" and row["period"] == at([50])[0].date())
    assert hit["survives"] is False and hit["one_person"] == "angry"


def test_a_drift_that_one_person_makes_week_after_week_says_so():
    chance = np.random.default_rng(13)
    weeks = np.repeat(np.arange(80), 5)
    value = 0.1 + chance.normal(0, 0.1, len(weeks))
    names = np.array([f"p{i}" for i in range(len(weeks))], dtype=object)
    loud = (np.arange(len(weeks)) % 5 == 0) & (weeks >= 50)
    value[loud], names[loud] = -0.9, "angry"
    rows = table(with_trend({"person_id": names, "value": value, "happened_at": at(weeks)}), "trend")
    drifts = [row for row in rows if row["grain"] == "week" and row["drift"] and row["period"] >= at([50])[0].date()]
    assert drifts and all(row["survives"] is False and row["one_person"] == "angry" for row in drifts)


@pytest.mark.parametrize("step", [0, 0.03])
def test_the_error_of_a_drift_is_that_of_worlds_repeated(step: float):
    chance = np.random.default_rng(14)
    missed = []
    for _ in range(300):
        level = np.cumsum(chance.normal(0, step, 40))
        y = level + chance.normal(0, 0.05, 40)
        rows = trend.to_points(found(y, np.full(40, 0.05), np.full(40, 50)), "week")
        change, z = trend.watched(rows, y, np.full(40, 0.05**2), 13, np.array([step])).change(39)
        missed.append((change - (level[39] - level[26])) * z / change)
    assert np.std(missed) == pytest.approx(1, abs=0.1)


def test_few_people_who_agree_by_chance_are_no_alarm():
    chance = np.random.default_rng(7)
    rows = found(0.1 + chance.normal(0, 0.25, WEEKS), np.full(WEEKS, 0.25), np.full(WEEKS, 4))
    rows[80] |= {"estimate": 0.25, "se": 0.001}
    week = watched(rows)[80]
    assert not week["shock"] and week["se"] > 0.2


def test_weeks_of_one_person_or_none_leave_the_level_as_it_was_and_less_sure():
    columns = heard(8, 40, 30)
    week = np.repeat(np.arange(40), 30)
    kept = (week < 20) | (week > 23) | ((week == 22) & (np.arange(len(week)) % 30 == 0))
    con = with_trend({name: np.asarray(values)[kept].tolist() for name, values in columns.items()})
    weeks = {row["period"]: row for row in table(con, "trend") if row["grain"] == "week"}
    before, alone = weeks[at([19])[0].date()], weeks[at([22])[0].date()]
    assert alone["people"] == 1 and alone["z"] is None and alone["se"] is None
    assert alone["level"] == pytest.approx(before["level"], abs=0.01) and alone["sd"] > before["sd"]
    assert at([21])[0].date() not in weeks


def test_the_trend_does_not_look_ahead():
    columns = heard(9, 80, 30, step=0.05)
    early = table(with_trend(columns, as_of=START + timedelta(weeks=60)), "trend")
    late = {(row["grain"], row["period"]): row for row in table(with_trend(columns), "trend")}
    weeks = [row for row in early if row["grain"] == "week"]
    assert len(weeks) == 60
    for row in weeks:
        assert late["week", row["period"]] == pytest.approx(row)


# --- turning points ---


def test_a_step_is_found_within_three_weeks_and_a_constant_level_has_none():
    chance = np.random.default_rng(10)
    hits, false = [], []
    for _ in range(120):
        _, rows = series(chance, 0, WEEKS)
        false.append(len(turning.describe(rows)) > 0)
        step = int(chance.integers(20, 84))
        stepped = [row | {"estimate": row["estimate"] + 1.5 * 0.05 * (i >= step)} for i, row in enumerate(rows)]
        weeks = [(turn["week"] - rows[0]["week"]).days // 7 for turn in turning.describe(stepped)]
        hits.append(any(abs(week - step) <= 3 for week in weeks))
    assert np.mean(hits) > 0.8
    assert np.mean(false) < 0.03


class Weighted(ruptures.base.BaseCost):
    """The cost of a level as ruptures asks for it, summed up plainly."""

    model, min_size = "weighted l2", 1

    def __init__(self, variances: np.ndarray):
        self.variances = variances

    def fit(self, signal: np.ndarray) -> "Weighted":
        self.signal = signal
        return self

    def error(self, start: int, end: int) -> float:
        y, variances = self.signal[start:end, 0], self.variances[start:end]
        return float(((y - np.average(y, weights=1 / variances)) ** 2 / variances).sum())


@pytest.mark.parametrize("seed", range(12))
def test_the_turns_are_those_that_pelt_finds(seed: int):
    chance = np.random.default_rng(seed)
    weeks = int(chance.integers(6, 120))
    variances = chance.uniform(0.02, 0.3, weeks) ** 2
    levels = np.repeat(chance.normal(0, 0.3, weeks), chance.integers(1, 40, weeks))[:weeks]
    y = levels + chance.normal(0, np.sqrt(variances))
    search = ruptures.Pelt(custom_cost=Weighted(variances), min_size=turning.SHORTEST, jump=1)
    expected = search.fit_predict(y[:, None], pen=turning.PENALTY * np.log(weeks))[:-1]
    assert turning.turns(y, variances) == expected


def test_a_growing_number_of_people_is_no_turn():
    chance = np.random.default_rng(11)
    many = np.linspace(20, 400, WEEKS).astype(int)
    turned = []
    for _ in range(40):
        y = 0.2 + chance.normal(0, 0.5 / np.sqrt(many))
        turned.append(len(turning.describe(found(y, 0.5 / np.sqrt(many), many))) > 0)
    assert np.mean(turned) < 0.05


def test_a_turn_tells_from_which_level_to_which_and_how_many_people_spoke():
    columns = heard(12, 60, 50, jump=dict.fromkeys(range(30, 60), 0.4))
    (turn,) = table(with_trend(columns), "turning")
    assert abs((turn["week"] - at([30])[0].date()).days) <= 7
    assert turn["before"] == pytest.approx(0.1, abs=0.04) and turn["after"] == pytest.approx(0.5, abs=0.04)
    assert turn["low"] < 0.4 < turn["high"] and turn["people"] == 3000


def test_a_turn_is_told_on_the_scale():
    (turn,) = turning.describe(found(np.repeat([0.4, -1.4], 20), np.full(40, 1.2), np.full(40, 30)))
    assert (turn["before"], turn["after"]) == pytest.approx((0.4, -1), abs=0.01)
    assert turn["low"] == -2 < turn["change"] < turn["high"]


@pytest.mark.parametrize(("before", "after", "turns"), [(4, 30, 0), (30, 4, 0), (5, 5, 1)])
def test_a_level_of_four_people_is_no_turn_that_is_told(before: int, after: int, turns: int):
    rows = found(np.repeat([0.4, -0.4], 20), np.full(40, 0.1), np.full(40, 30))
    said = [row | {"persons": [*range(before if week < 20 else after)]} for week, row in enumerate(rows)]
    assert len(turning.describe(said)) == turns


@pytest.mark.parametrize("values", [[], [0.1], [0.1, 0.1], [0.5, -0.5, 0.2]])
def test_hardly_anything_heard_is_no_error(values: list[float]):
    rows = [{"person_id": f"p{i}", "value": v, "happened_at": START} for i, v in enumerate(values)]
    con = derived(rows or [{"person_id": "p", "value": 0.0, "happened_at": START, "counts": False}])
    con.execute("create table derived.stage_month (brand text, person_id text, month date, stage text)")
    for name in ("brand_index", "same_mix", "trend", "turning"):
        build(con, name)
    assert [row["estimate"] for row in table(con, "same_mix")] == ([None] if values else [])
    assert not any(row["shock"] or row["drift"] for row in table(con, "trend"))
    assert table(con, "turning") == []
