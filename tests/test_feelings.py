"""A person's feeling over time and the verdict on its change, in seeded worlds whose truth is known."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from scipy.stats import t as student_t

from pipeline.metrics.build import build
from pipeline.metrics.verdict import shrink
from tests.worlds import START, derived, keep, ledger, student, table

END = START + timedelta(days=364)  # a Monday: the last week is finished


def said(person: str, day: float, value: float) -> dict:
    return {"person_id": person, "value": float(value), "happened_at": START + timedelta(days=float(day))}


def drifting(
    seed: int,
    people: int,
    a_year: float,
    noise: float = 0.6,
    drift: float = 0.3,
    half_life: float = 62,
    lasting: float = 0.3,
) -> tuple[dict[str, float], list[dict]]:
    """Return (true feeling of each person at END, a year of mentions): a lasting part, and one that drifts (OU)."""
    chance = np.random.default_rng(seed)
    ell = half_life / np.log(2)
    truth, rows = {}, []
    for i in range(people):
        days = np.append(np.sort(chance.uniform(0, 364, 1 + chance.poisson(a_year - 1))), 364)
        part = np.empty(len(days))
        part[0] = chance.normal(0, drift)
        for j in range(1, len(days)):
            fade = np.exp(-(days[j] - days[j - 1]) / ell)
            part[j] = fade * part[j - 1] + chance.normal(0, drift * np.sqrt(1 - fade**2))
        feeling = 0.1 + chance.normal(0, lasting) + part
        truth[f"p{i}"] = float(feeling[-1])
        values = feeling[:-1] + chance.normal(0, noise, len(days) - 1)
        rows += [said(f"p{i}", day, value) for day, value in zip(days[:-1], values, strict=True)]
    return truth, rows


def jumping(
    seed: int, people: int, a_year: float, share: float = 0.2, size: float = 0.6, noise: float = 0.6
) -> tuple[dict[str, float], list[dict]]:
    """Return (true change of each person, a year of mentions): some jump, up or down, 90 days before END."""
    chance = np.random.default_rng(seed)
    change, rows = {}, []
    for i in range(people):
        level, jump = chance.normal(0.1, 0.3), size * chance.choice([-1, 0, 1], p=[share / 2, 1 - share, share / 2])
        change[f"p{i}"] = float(jump)
        days = chance.uniform(4, 364, chance.poisson(a_year))
        values = chance.normal(level + jump * (days >= 274), noise)
        rows += [said(f"p{i}", day, value) for day, value in zip(days, values, strict=True)]
    return change, rows


def parts(rows: list[dict], **world) -> dict:
    (found,) = table(derived(rows, "spread", "drift", **world), "drift")
    return found


def test_noise_drift_and_half_life_are_recovered_from_the_variogram():
    _, rows = drifting(seed=3, people=2500, a_year=30)
    found = parts(rows)
    assert found["origin"] == "fitted"
    assert np.sqrt(found["s2"]) == pytest.approx(0.60, abs=0.02)
    assert np.sqrt(found["td2"]) == pytest.approx(0.30, abs=0.04)
    assert found["half_life_days"] == pytest.approx(62, abs=20)
    assert np.sqrt(found["tc2"] + found["td2"]) == pytest.approx(np.sqrt(0.18), abs=0.025)


def test_one_loud_person_does_not_decide_how_everybody_drifts():
    _, rows = drifting(seed=4, people=1500, a_year=10, drift=0)
    chance = np.random.default_rng(4)
    swing = [said("loud", day, np.sin(day / 20) + chance.normal(0, 0.6)) for day in chance.uniform(0, 364, 600)]
    assert parts(rows + swing)["td2"] < 0.03


def test_where_no_drift_is_measurable_it_says_so_and_the_level_is_the_feeling():
    _, rows = drifting(seed=5, people=400, a_year=8, drift=0)
    con = derived(rows, "spread", "drift", "feeling", "level")
    (found,), (spread,) = table(con, "drift"), table(con, "spread")
    assert found["origin"] == "no drift measurable"
    assert (found["td2"], found["ell"], found["half_life_days"]) == (0, None, None)
    assert (found["s2"], found["tc2"]) == (spread["s2"], spread["t2"])
    level = [(row["person_id"], row["level"], row["sd"], row["low"], row["high"]) for row in table(con, "level")]
    feeling = [(row["person_id"], row["feeling"], row["sd"], row["low"], row["high"]) for row in table(con, "feeling")]
    assert [row[0] for row in level] == [row[0] for row in feeling]
    assert np.allclose([row[1:] for row in level], [row[1:] for row in feeling], atol=1e-12)


def test_drift_is_rarely_seen_where_there_is_none():
    seen = [parts(drifting(seed, people=150, a_year=6, drift=0)[1])["origin"] for seed in range(25)]
    assert set(seen) <= {"fitted", "no drift measurable"}
    assert np.mean([origin == "fitted" for origin in seen]) <= 0.15


def test_too_few_pairs_of_messages_say_so():
    _, rows = drifting(seed=6, people=30, a_year=5)
    found = parts(rows)
    assert found["origin"] == "too few pairs"
    assert found["td2"] == 0 and found["pairs"] == len(rows) - 30


def process(rows: list[dict], found: dict, at: float, spread: dict) -> tuple[float, float]:
    """Return mean and sd of a feeling at a day from one person's messages: the dense Gaussian process.

    What the messages leave of mu moves with mu and with the variance between people, both known with an error only; and
    all of it is as wide as so few people make it.
    """
    days = np.array([(row["happened_at"] - START).days for row in rows], dtype=float)
    values = np.array([row["value"] for row in rows]) - found["mu"]
    kernel = found["tc2"] + found["td2"] * np.exp(-np.abs(days[:, None] - days) / found["ell"])
    here = found["tc2"] + found["td2"] * np.exp(-np.abs(at - days) / found["ell"])
    solved = np.linalg.solve(kernel + found["s2"] * np.eye(len(days)), np.stack([values, here], 1))
    off, replaced = here @ solved[:, 0], solved[:, 1].sum()
    unsure = min(spread["t2_sd"] / spread["t2"], 1 / replaced)
    variance = found["tc2"] + found["td2"] - here @ solved[:, 1]
    variance += (1 - replaced) ** 2 * (spread["mu_sd"] ** 2 + (off * unsure) ** 2)
    return found["mu"] + off, student(spread["people"]) * np.sqrt(variance)


def test_path_and_level_equal_the_dense_gaussian_process():
    _, rows = drifting(seed=7, people=60, a_year=25)
    rows = [row | {"brand": brand} for row in rows for brand in ("b", "c") if brand == "b" or row["value"] > 0]
    rows += [said("p0", 100 + i / 50, 0.5) for i in range(40)]  # many on one day
    con = derived(rows, "spread", as_of=END + timedelta(days=20))
    known = {
        "b": {"brand": "b", "mu": 0.1, "s2": 0.36, "tc2": 0.07, "td2": 0.09, "ell": 80.0},
        "c": {"brand": "c", "mu": 0.5, "s2": 0.1, "tc2": 0.02, "td2": 0.05, "ell": 30.0},
    }
    keep(con, "drift", list(known.values()))
    build(con, "feeling_path")
    build(con, "level")
    own = {(brand, f"p{i}"): [] for brand in known for i in range(60)}
    for row in sorted(rows, key=lambda row: row["happened_at"]):
        own[row.get("brand", "b"), row["person_id"]].append(row)
    path, level = table(con, "feeling_path"), table(con, "level")
    spread = {row["brand"]: row for row in table(con, "spread")}
    assert len(path) > 2000 and len(level) == len([said for said in own.values() if said])
    for row in path:
        told = [one for one in own[row["brand"], row["person_id"]] if one["happened_at"].date() <= row["day"]]
        at = (row["day"] - START.date()).days
        mean, sd = process(told, known[row["brand"]], at, spread[row["brand"]])
        assert row["mentions"] == len(told)
        assert row["feeling"] == pytest.approx(mean, abs=1e-8)
        assert (row["low"], row["high"]) == pytest.approx(
            np.clip((mean - 1.645 * sd, mean + 1.645 * sd), -1, 1), abs=1e-8
        )
    for row in level:
        mean, sd = process(own[row["brand"], row["person_id"]], known[row["brand"]], 364 + 19, spread[row["brand"]])
        assert (row["level"], row["sd"]) == pytest.approx((mean, sd), abs=1e-8)


@pytest.mark.parametrize("a_year", [5, 10, 40])
def test_ninety_percent_intervals_of_a_level_cover_a_truth_that_drifts(a_year: int):
    truth, rows = drifting(seed=a_year, people=2000, a_year=a_year)
    con = derived(rows, "spread", "drift", "feeling", "level", as_of=END)
    found = table(con, "level")
    assert 0.86 < np.mean([row["low"] <= truth[row["person_id"]] <= row["high"] for row in found]) < 0.94
    exact, fade = (error(truth, found, name) for name in ("level", "fade"))
    assert exact < error(truth, table(con, "feeling"), "feeling")  # which takes old messages for as good as new ones
    assert 1 <= fade / exact < 1.08


@pytest.mark.parametrize("people", [5, 8, 12, 20])
def test_the_intervals_of_few_people_cover_them(people: int):
    chance = np.random.default_rng(people)
    truth, rows = {}, []
    for world in range(8000 // people):
        for i in range(people):
            feeling, who = chance.normal(0.1, 0.35), f"{world} p{i}"
            truth[who] = feeling
            many = int(min(60, chance.pareto(1.2) + 1))
            rows += [said(who, day, chance.normal(feeling, 0.5)) | {"brand": f"b{world}"} for day in range(many)]
    found = table(derived(rows, "spread", "feeling"), "feeling")
    assert 0.85 <= np.mean([row["low"] <= truth[row["person_id"]] <= row["high"] for row in found]) <= 0.92


def error(truth: dict[str, float], found: list[dict], name: str) -> float:
    return float(np.sqrt(np.mean([(row[name] - truth[row["person_id"]]) ** 2 for row in found])))


def test_the_fade_level_equals_the_formula_computed_by_hand():
    rows = [said(f"p{i % 40}", i / 4, 0.5 * (-1) ** (i % 40) + 0.1 * (-1) ** (i // 40)) for i in range(160)]
    con = derived(rows, "spread", "drift", "level", as_of=START + timedelta(days=60), half_life_days=30)
    (spread,) = table(con, "spread")
    found = {row["person_id"]: row["fade"] for row in table(con, "level")}
    for person in ("p0", "p1"):
        ages = [60 - (row["happened_at"] - START).total_seconds() / 86400 for row in rows if row["person_id"] == person]
        values = [row["value"] for row in rows if row["person_id"] == person]
        weights, crowd = 0.5 ** (np.array(ages) / 30), spread["s2"] / spread["t2"]
        by_hand = (crowd * spread["mu"] + weights @ values) / (crowd + weights.sum())
        assert found[person] == pytest.approx(by_hand, abs=1e-12)


def test_with_silence_a_level_goes_back_to_what_is_lasting_and_its_interval_widens():
    _, rows = drifting(seed=8, people=400, a_year=30)
    rows += [said("warm", 360 + i / 10, 0.9) for i in range(20)]
    levels = []
    for silence in (1, 60, 600):
        con = derived(rows, "spread", as_of=END + timedelta(days=silence))
        keep(con, "drift", [{"brand": "b", "mu": 0.1, "s2": 0.36, "tc2": 0.09, "td2": 0.09, "ell": 90.0}])
        build(con, "level")
        levels += [row for row in table(con, "level") if row["person_id"] == "warm"]
    assert levels[0]["level"] > levels[1]["level"] > levels[2]["level"] > 0.3  # half of the surprise is lasting
    assert levels[0]["sd"] < levels[1]["sd"] < levels[2]["sd"] < np.sqrt(0.18)


def test_the_path_looks_only_back():
    _, rows = drifting(seed=6, people=100, a_year=20)
    whole = derived(rows, "spread", "drift", "feeling_path")
    cut = START + timedelta(days=200)
    early = ledger(rows, as_of=cut)
    for name in ("spread", "drift"):  # what noise and drift are is known only at the end
        keep(early, name, table(whole, name))
    build(early, "feeling_path")
    before = [row for row in table(whole, "feeling_path") if row["day"] < cut.date()]
    assert table(early, "feeling_path") == before and len(before) > 500


@pytest.mark.parametrize("people", [1, 2, 50])
def test_where_people_do_not_differ_nobody_has_a_path_or_a_level(people: int):
    rows = [said(f"p{i % people}", i // people, 0.5 * (-1) ** (i // people)) for i in range(4 * people)]
    con = derived(rows, "spread", "drift", "feeling_path", "level")
    assert table(con, "feeling_path") == table(con, "level") == []
    assert [row["origin"] for row in table(con, "drift")] == ["too few pairs"]


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("counts", [True, False])
def test_hardly_any_message_is_no_error(count: int, counts: bool):
    rows = [said(f"p{i}", 300, 0.4) | {"counts": counts} for i in range(count)]
    con = derived(rows, "spread", "drift", "feeling", "feeling_path", "level", "verdict")
    for name in ("feeling_path", "level", "verdict"):
        assert table(con, name) == []
    assert [row["s2"] for row in table(con, "drift")] == [None] * counts


FOUR = (("a", 0.5), ("b", -0.5), ("c", 0.0), ("d", 0.7))


@pytest.mark.parametrize(
    ("repeats", "differing", "told"),
    [(3, 0.0, False), (3, 0.1, True), (2, 0.1, False)],  # all repeats equal; enough of them; four of them
)
def test_nobody_is_told_from_chance_while_the_noise_of_messages_is_unknown(repeats: int, differing: float, told: bool):
    rows = [said(name, 9 * n, value + differing * (n % 2)) for name, value in FOUR for n in range(repeats)]
    rows += [said(f"once {n}", n, 0.9) for n in range(20)]
    names = ("feeling", "feeling_path", "level")
    con = derived(rows, "spread", "drift", *names, "verdict")
    assert [bool(table(con, name)) for name in names] == [told] * 3
    assert all(row["low"] < row["feeling"] < row["high"] for row in table(con, "feeling"))


def verdicts(rows: list[dict], as_of: datetime = END) -> list[dict]:
    return table(derived(rows, "spread", "verdict", as_of=as_of), "verdict")


def rounded(rows: list[dict]) -> list[dict]:
    """Return the rows with numbers as equal as sums in another order can be."""
    return [{k: round(v, 9) + 0 if isinstance(v, float) else v for k, v in row.items()} for row in rows]


def test_nine_of_ten_verdicts_are_right_where_every_fifth_person_jumps():
    truth, rows = jumping(seed=9, people=3000, a_year=40)
    found = verdicts(rows)
    change = np.array([truth[row["person_id"]] for row in found])
    verdict = np.array([row["verdict"] for row in found])
    right = {"improving": change > 0.15, "cooling": change < -0.15, "steady": np.abs(change) <= 0.15}
    said_so = {word: verdict == word for word in right}
    assert {word: said_so[word].sum() > 15 for word in right} == dict.fromkeys(right, True)
    assert all(right[word][said_so[word]].mean() >= 0.88 for word in right)
    assert (verdict == "not enough evidence yet").mean() > 0.6
    assert error(truth, found, "change") < 0.8 * error(truth, found, "raw_change")


def test_the_list_of_changes_is_benjamini_hochberg_and_hardly_false():
    truth, rows = jumping(seed=10, people=3000, a_year=40)
    found = sorted(verdicts(rows), key=lambda row: row["p"])
    under = [rank for rank, row in enumerate(found, 1) if row["p"] <= 0.1 * rank / len(found)]
    likely = [max(row["p_up"], row["p_down"]) >= 0.5 for row in found]
    assert [row["listed"] for row in found] == [
        rank <= max(under) and likely[rank - 1] for rank in range(1, len(found) + 1)
    ]
    listed = [truth[row["person_id"]] != 0 for row in found if row["listed"]]
    assert 1 - np.mean(listed) <= 0.12
    assert sum(listed) > 0.4 * sum(change != 0 for change in truth.values())


def test_where_nobody_changes_nobody_is_flagged():
    called, listed = [], []
    for seed in range(60):
        found = verdicts(jumping(seed, people=100, a_year=12, share=0)[1])
        called.append(any(row["verdict"] in ("improving", "cooling") for row in found))
        listed.append(any(row["listed"] for row in found))
    assert np.mean(called) <= 0.05
    assert np.mean(listed) <= 0.10


def test_no_change_is_told_while_the_noise_of_messages_is_unknown():
    """One person's two nearly equal messages made everybody's change certain."""
    chance = np.random.default_rng(3)
    rows = [said(f"p{i}", day, chance.normal(0, 0.4)) for i in range(25) for day in (100, 300)]
    rows += [said("echo", 300, 0.5), said("echo", 301, 0.501)]
    assert verdicts(rows) == []
    rows += [said("often", 280 + i, chance.normal(0, 0.4)) for i in range(20)]
    assert len(verdicts(rows)) == 25 and not any(row["listed"] for row in verdicts(rows))


def test_where_few_repeat_themselves_a_world_without_changes_seldom_has_a_list():
    lists = []
    for seed in range(60):
        chance = np.random.default_rng(seed)
        rows = [said(f"p{i}", day, chance.normal(0, 0.4)) for i in range(25) for day in (100, 300)]
        rows += [said(f"twice{i}", 300 + day, chance.normal(0, 0.4)) for i in range(20) for day in (0, 1)]
        lists.append(any(row["listed"] for row in verdicts(rows)))
    assert np.mean(lists) <= 0.12


def test_the_probability_of_a_change_is_what_it_says():
    chance = np.random.default_rng(1)
    variance = chance.uniform(0.02, 0.3, 20_000)
    truth = np.where(chance.random(20_000) < 0.5, 0, chance.normal(0, 0.5, 20_000))
    found = shrink(truth + chance.normal(0, np.sqrt(variance)), variance, np.full(20_000, 0.15))
    for said_so, true in ((found.up, truth > 0.15), (found.down, truth < -0.15), (found.same(), np.abs(truth) <= 0.15)):
        for low in np.arange(0, 1, 0.1):
            some = (said_so >= low) & (said_so < low + 0.1)
            assert some.sum() < 300 or said_so[some].mean() == pytest.approx(true[some].mean(), abs=0.06)
    assert np.polyfit(found.change, truth, 1) == pytest.approx((1, 0), abs=0.05)


def test_steady_needs_evidence():
    _, rows = jumping(seed=11, people=800, a_year=25, share=0)
    rows += [said("much", 4 + i * 0.36, 0.1 + 0.6 * (-1) ** i) for i in range(1000)]
    rows += [said("little", day, 0.1) for day in (100, 300)]
    found = verdicts(rows)
    verdict = {row["person_id"]: row["verdict"] for row in found}
    assert (verdict["much"], verdict["little"]) == ("steady", "not enough evidence yet")
    assert all(row["se"] <= 0.2 and row["p_same"] >= 0.9 for row in found if row["verdict"] == "steady")
    assert any(row["p_same"] >= 0.9 and row["verdict"] != "steady" for row in found)


def test_a_change_and_its_error_equal_the_formula_computed_by_hand():
    values = {"a": ([0.0, 0.2], [0.9, 0.5, 0.7]), "b": ([-0.4], [-0.2, -0.6]), "only before": ([0.1], [])}
    rows = [said(person, 100 + 190 * late, v) for person, both in values.items() for late in (0, 1) for v in both[late]]
    rows += [said("b", 3.9, 0.5), said("b", 364, 0.5)]  # before the 9 months, and after the week
    rows += [said("often, before", 100 + i, 0.2 * (-1) ** i) for i in range(20)]
    found = {row["person_id"]: row for row in verdicts(rows, END + timedelta(days=3))}
    s2 = (1 * 0.02 + 2 * 0.04 + 1 * 0.08 + 20 * 0.04) / 23
    assert set(found) == {"a", "b"}
    a, b = found["a"], found["b"]
    assert (a["n_recent"], a["n_before"], b["n_recent"], b["n_before"]) == (3, 2, 2, 1)
    assert (a["recent"], a["before"], a["raw_change"]) == pytest.approx((0.7, 0.1, 0.6))
    assert a["se"] == pytest.approx(np.sqrt(s2 * (1 / 3 + 1 / 2)))
    assert a["p"] == pytest.approx(2 * student_t(23).sf(0.6 / a["se"]))
    assert b["raw_change"] == pytest.approx(0) and b["p"] == pytest.approx(1)
    assert a["week"] == (END - timedelta(days=7)).date()
    assert 0 < a["change"] < a["raw_change"]
    assert a["p_up"] + a["p_down"] + a["p_same"] == pytest.approx(1)


def test_verdicts_change_with_the_week_and_know_nothing_after_it():
    _, rows = jumping(seed=12, people=300, a_year=30)
    later = [said(f"p{i}", 364 + i % 5, -1.0) for i in range(300)]
    monday = verdicts(rows)
    for same in (verdicts(rows + later, END + timedelta(days=5)), verdicts(rows, END + timedelta(hours=1))):
        assert rounded(same) == rounded(monday)
    sunday = verdicts(rows, END - timedelta(microseconds=1))
    assert {row["week"] for row in monday} == {(END - timedelta(days=7)).date()}
    assert {row["week"] for row in sunday} == {(END - timedelta(days=14)).date()}
    early = [row for row in rows if row["happened_at"] < END - timedelta(days=7)]
    assert rounded(sunday) == rounded(verdicts(early, END - timedelta(days=7)))
    assert len(monday) > 250


def test_a_person_stays_on_the_list_for_two_weeks():
    _, rows = jumping(seed=13, people=200, a_year=20, share=0)
    rows += [said("angry", 60 + 3 * i, 0.4) for i in range(40)]
    rows += [said("angry", 364 - 93 + i / 10, -1.5) for i in range(15)] + [said("angry", 350, 0.0)]  # leaves the window
    on = []
    for weeks in (-1, 0, 1):
        found = {row["person_id"]: row for row in verdicts(rows, END + timedelta(days=7 * weeks))}
        on.append((found["angry"]["listed"], found["angry"]["on_list"]))
        before = verdicts(rows, END + timedelta(days=7 * (weeks - 1)))
        both = {row["person_id"] for row in before if row["listed"]} | {p for p in found if found[p]["listed"]}
        assert {person for person, row in found.items() if row["on_list"]} == both & set(found)
    assert on == [(True, True), (False, True), (False, False)]
