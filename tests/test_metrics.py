"""The numbers, checked by seeded simulation against a known truth, on the very SQL that the pipeline runs."""

from datetime import timedelta

import duckdb
import numpy as np
import pytest

from pipeline import reads
from pipeline.metrics.build import build
from pipeline.store import Workspace, open_published
from tests.worlds import START, derived, student


def world(
    seed: int, people: int, spread: float = 0.3, noise: float = 0.35, mean: float = 0.1
) -> tuple[dict, list[dict]]:
    """Return (true feeling by person, mentions): few messages for most people, many for some."""
    chance = np.random.default_rng(seed)
    truth = {f"p{i}": value for i, value in enumerate(chance.normal(mean, spread, people))}
    rows = []
    for person, value in truth.items():
        for _ in range(int(chance.geometric(0.3))):
            day = START + timedelta(days=float(chance.uniform(0, 90)))
            rows.append({"person_id": person, "value": chance.normal(value, noise), "happened_at": day})
    return truth, rows


def test_ninety_percent_intervals_of_a_feeling_cover_the_truth():
    truth, rows = world(seed=1, people=4000)
    found = derived(rows, "spread", "feeling").execute("select person_id, low, high from derived.feeling").fetchall()
    covered = np.mean([low <= truth[person] <= high for person, low, high in found])
    assert len(found) == 4000
    assert 0.87 < covered < 0.93


def test_shrinking_comes_closer_to_the_truth_than_raw_means():
    truth, rows = world(seed=2, people=3000)
    found = (
        derived(rows, "spread", "feeling")
        .execute("select person_id, feeling, raw_mean from derived.feeling")
        .fetchall()
    )
    shrunk = np.sqrt(np.mean([(truth[p] - feeling) ** 2 for p, feeling, _ in found]))
    raw = np.sqrt(np.mean([(truth[p] - mean) ** 2 for p, _, mean in found]))
    assert shrunk < 0.85 * raw


def test_the_spread_between_and_within_people_is_recovered():
    _, rows = world(seed=3, people=4000)
    ((s2, t2, mu),) = derived(rows, "spread").execute("select s2, t2, mu from derived.spread").fetchall()
    assert np.sqrt(s2) == pytest.approx(0.35, abs=0.02)
    assert np.sqrt(t2) == pytest.approx(0.30, abs=0.02)
    assert mu == pytest.approx(0.10, abs=0.02)


def test_a_feeling_lies_between_the_raw_mean_and_the_average_person():
    _, rows = world(seed=4, people=300)
    con = derived(rows, "spread", "feeling")
    wrong = con.execute(
        "select count(*) from derived.feeling f join derived.spread s using (brand)"
        " where not f.feeling between least(f.raw_mean, s.mu) - 1e-12 and greatest(f.raw_mean, s.mu) + 1e-12"
    ).fetchall()
    assert wrong == [(0,)]


def test_many_messages_speak_for_themselves():
    _, rows = world(seed=5, people=300)
    loud = [{"person_id": "loud", "value": 0.9 - 0.2 * (i % 2), "happened_at": START} for i in range(3000)]
    con = derived(rows + loud, "spread", "feeling")
    ((feeling, low, high),) = con.execute(
        "select feeling, low, high from derived.feeling where person_id = 'loud'"
    ).fetchall()
    assert feeling == pytest.approx(0.8, abs=0.01)
    assert high - low < 0.05


def test_where_people_do_not_differ_nobody_has_a_feeling_of_his_own():
    rows = [{"person_id": f"p{i % 50}", "value": 0.5 * (-1) ** (i // 50), "happened_at": START} for i in range(200)]
    con = derived(rows, "spread", "feeling")
    assert con.execute("select t2 from derived.spread").fetchall() == [(0.0,)]
    assert con.execute("select count(*) from derived.feeling").fetchall() == [(0,)]


def test_mentions_of_a_person_are_counted_where_nobody_has_a_feeling_of_their_own_too():
    rows = [{"person_id": f"p{i % 50}", "value": 0.5 * (-1) ** (i // 50), "happened_at": START} for i in range(200)]
    con = derived([{"account_id": row["person_id"]} | row for row in rows], "spread", "drift", "level", "feeling_path")
    con.execute(
        "create table derived.role as select distinct account_id, 'x' as source, 'person' as role,"
        " account_id as name, account_id as handle from derived.ledger"
    )
    build(con, "person")
    assert con.execute("select distinct mentions, feeling from derived.person").fetchall() == [(4, None)]


@pytest.mark.parametrize("rows", [1, 2])
def test_a_brand_with_hardly_any_message_has_no_feelings_and_no_error(rows: int):
    said = [{"person_id": f"p{i}", "value": 0.4, "happened_at": START} for i in range(rows)]
    con = derived(said, "spread", "feeling", "brand_index", "volume")
    assert con.execute("select count(*) from derived.feeling").fetchall() == [(0,)]
    assert con.execute("select distinct people from derived.brand_index").fetchall() == [(rows,)]


def weekly(seed: int, people: int = 250) -> tuple[float, list[dict]]:
    """Return (true mean person, one week of mentions with a heavy tail of loud people)."""
    chance = np.random.default_rng(seed)
    rows = []
    for i in range(people):
        feeling = chance.normal(0.05, 0.35)
        for _ in range(int(min(60, chance.pareto(1.2) + 1))):
            rows.append({"person_id": f"p{i}", "value": chance.normal(feeling, 0.4), "happened_at": START})
    return 0.05, rows


def test_the_clustered_band_of_the_index_covers_and_a_naive_one_would_not():
    worlds = {f"b{seed}": weekly(seed) for seed in range(150)}
    con = derived([row | {"brand": brand} for brand, (_, rows) in worlds.items() for row in rows], "brand_index")
    bands = con.execute(
        "select brand, low, high from derived.brand_index where grain = 'week' and weighting = 'person'"
    ).fetchall()
    covered = [low <= worlds[brand][0] <= high for brand, low, high in bands]
    naive = []
    for truth, rows in worlds.values():
        values = np.array([row["value"] for row in rows])
        naive.append(abs(values.mean() - truth) <= 1.645 * values.std() / np.sqrt(len(values)))
    assert len(covered) == 150
    assert 0.84 <= np.mean(covered) <= 0.96
    assert np.mean(naive) < 0.75


def test_one_person_posting_a_hundred_times_leaves_the_person_weighted_index_as_it_was():
    _, rows = weekly(7)
    again = [row for row in rows if row["person_id"] == "p0"] * 100
    ask = "select weighting, round(estimate, 12) from derived.brand_index where grain = 'week'"
    before, after = (dict(derived(r, "brand_index").execute(ask).fetchall()) for r in (rows, rows + again))
    assert before["person"] == after["person"]
    assert before["post"] != after["post"]


def test_the_index_and_its_error_equal_the_formula_computed_by_hand():
    values = {"a": [0.2, 0.4], "b": [-0.5], "c": [0.9, 0.7, 0.8]}
    rows = [{"person_id": p, "value": v, "happened_at": START} for p, vs in values.items() for v in vs]
    found = derived(rows, "brand_index").execute(
        "select weighting, estimate, se, n_eff, people, mentions from derived.brand_index where grain = 'month'"
    )
    by = {row[0]: row[1:] for row in found.fetchall()}
    means, sizes = np.array([0.3, -0.5, 0.8]), np.array([2.0, 1.0, 3.0])
    for weighting, w in (("person", np.ones(3)), ("post", sizes)):
        estimate = (w * means).sum() / w.sum()
        without = np.array([np.average(np.delete(means, i), weights=np.delete(w, i)) for i in range(3)])
        se = student(w.sum() ** 2 / (w**2).sum()) * np.sqrt(2 / 3 * ((without - estimate) ** 2).sum())
        assert by[weighting] == pytest.approx((estimate, se, w.sum() ** 2 / (w**2).sum(), 3, 6))


def published(rows: list[dict]) -> duckdb.DuckDBPyConnection:
    """Return what `reads` ask, with the rows as its touches."""
    con = derived(rows)
    con.execute("attach ':memory:' as pub")
    con.execute("create table pub.touch as select * from derived.ledger")
    con.execute("create table pub.debias as select * from derived.debias")
    return con


def period(con: duckdb.DuckDBPyConnection, brand: str = "b"):
    middle = START + timedelta(days=28)
    return reads.frame(con, "period", brand=brand, before=START, start=middle, until=middle + timedelta(days=28)).iloc[
        0
    ]


def test_the_band_of_a_change_covers_where_the_same_people_speak_twice():
    rows = []
    for seed in range(150):
        chance = np.random.default_rng(seed)
        for i in range(80):
            feeling, who = chance.normal(0, 0.4), {"brand": f"b{seed}", "person_id": f"p{i}"}
            for day in (5, 33):
                for _ in range(int(chance.integers(0, 3))):
                    said = feeling + (0.1 if day > 28 else 0) + chance.normal(0, 0.3)
                    rows.append(who | {"value": said, "happened_at": START + timedelta(days=day)})
    con, covered, narrower = published(rows), [], []
    for seed in range(150):
        found = period(con, f"b{seed}")
        covered.append(abs(found["change"] - 0.1) <= 1.645 * found["se_change"])
        narrower.append(found["se_change"] < np.hypot(found["se"], found["se_before"]))
    assert 0.84 <= np.mean(covered) <= 0.96
    assert np.mean(narrower) > 0.95  # people heard twice make the change surer than two independent samples would


def test_the_errors_of_a_period_of_few_people_equal_the_formula_computed_by_hand():
    said = [
        ("a", 30, 0.2),
        ("a", 31, 0.4),
        ("b", 30, -0.5),
        ("c", 30, 0.9),
        ("d", 5, 0.1),
        ("e", 5, 0.3),
        ("a", 5, 0.8),
    ]
    rows = [{"person_id": who, "value": v, "happened_at": START + timedelta(days=day)} for who, day, v in said]
    found = period(published(rows + [rows[0] | {"person_id": "f"}] * 4))
    now, many, before = np.array([0.3, -0.5, 0.9, 0.2]), np.array([2, 1, 1, 4]), np.array([0.1, 0.3, 0.8])
    assert found["se"] == pytest.approx(student(4) * now.std(ddof=1) / 2)
    assert found["se_before"] == pytest.approx(student(3) * before.std(ddof=1) / np.sqrt(3))
    without = np.array([np.average(np.delete(now, i), weights=np.delete(many, i)) for i in range(4)])
    plain = np.sqrt(3 / 4 * ((without - now @ many / 8) ** 2).sum())
    assert found["post_high"] == pytest.approx(min(1, now @ many / 8 + 1.645 * student(64 / 22) * plain))
    moved = np.append((now - now.mean()) / 4, [0, 0]) - np.array([0.4, 0, 0, 0, -0.3, -0.1]) / 3
    assert found["se_change"] == pytest.approx(student(3) * np.sqrt(6 / 5 * (moved**2).sum()))


def test_the_band_of_a_change_between_two_people_and_many_covers():
    many, rows = [("before", 5, i) for i in range(100)] + [("now", 33, i) for i in range(2)], []
    for seed in range(100):
        chance = np.random.default_rng(seed)
        for side, day, i in many:
            who = {"brand": f"b{seed}", "person_id": f"{side} {i}"}
            rows.append(who | {"value": chance.normal(0, 0.3), "happened_at": START + timedelta(days=day)})
    con = published(rows)
    found = [period(con, f"b{seed}") for seed in range(100)]
    assert np.mean([abs(each["change"]) <= 1.645 * each["se_change"] for each in found]) >= 0.85


def test_a_period_without_one_before_it_says_so_by_a_missing_change():
    rows = [{"person_id": f"p{i}", "value": 0.1 * i, "happened_at": START + timedelta(days=30)} for i in range(5)]
    found = period(published(rows))
    assert found["people"] == 5 and found["people_before"] == 0
    assert np.isnan(found["change"]) and np.isnan(found["se_change"])


# DuckDB's greatest and least pass over null, so a bound of nothing would be told as the end of the scale.
BOUNDED = {  # published table -> (estimate, what is told beside it only where it is known)
    "brand_index": ("estimate", ("low", "high", "low_level", "high_level")),
    "cohort": ("reached", ("low", "high")),
    "feeling_path": ("feeling", ("low", "high")),
    "person": ("feeling", ("low", "high")),
    "response": ("in_time_share", ("low", "high")),
    "share_of_voice": ("share", ("low", "high")),
    "touches_per_outcome": ("touches_per_outcome", ("touches_low", "touches_high")),
    "work_list": ("warmth", ("warmth_low", "warmth_high")),
}


def test_of_the_sample_no_bound_is_told_where_its_estimate_is_not_known(sample: Workspace):
    with open_published(sample.published) as con:
        told = [
            (table, bound)
            for table, (estimate, bounds) in BOUNDED.items()
            for bound in bounds
            if con.execute(f"select 1 from pub.{table} where {estimate} is null and {bound} is not null").fetchall()
        ]
        empty = reads.frame(con, "period", brand="tamrow", before=START, start=START, until=START).iloc[0]
    assert told == []
    assert {name for name, value in empty.items() if not np.isnan(value)} == {
        *("people", "people_before", "mentions", "mentions_before")
    }
